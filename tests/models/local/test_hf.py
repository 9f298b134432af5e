from __future__ import annotations

import asyncio
import functools
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, ContextTooLong, Media, MediaPart, Message, Model, Status, TextPart
from evalium.models.base import Adapter, Request, Response
from evalium.models.local._hf_score import windows
from evalium.models.local._hf_text import Tokens
from evalium.models.local._hf_weights import fingerprint
from evalium.models.local.hf import HfModel, hf
from tests.extras import require_extra
from tests.models.local import tiny

torch = require_extra("torch", "transformers")

PROMPTS = [
    "Ada has 4",
    "Grace",
    "Barbara has 12 books and no",
    "Alan has 7 pens and no café. Edsger has",
    "Donald has ",
]
TEXT = " ".join(tiny.sentences(25, 9))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("weights")
    tiny.build(base / "llama")
    tiny.build(base / "gpt2", kind="gpt2")
    tiny.build(base / "chat", steps=5, chat=True)
    return base


def make(folder: Path, name: str = "llama", **options: Any) -> HfModel:
    return hf(Model(id=f"hf/{name}", options=options), name, folder)


def ask(model: HfModel, requests: Sequence[Request]) -> list[Any]:
    async def every() -> list[Any]:
        try:
            return await asyncio.gather(*[model.answer(request) for request in requests], return_exceptions=True)
        finally:
            await model.aclose()

    return asyncio.run(every())


def one(folder: Path, name: str = "llama", **fields: Any) -> Response:
    response = ask(make(folder, name), [Request(**fields)])[0]
    if isinstance(response, BaseException):
        raise response
    assert isinstance(response, Response)
    return response


def direct(folder: Path, name: str = "llama") -> tuple[Any, Any]:
    """Model and tokenizer loaded without evalium, as the oracle."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder / name).eval()
    return model, AutoTokenizer.from_pretrained(folder / name)


def logprobs_of(model: Any, ids: list[int]) -> Any:
    """Log-probability of each token after the first one, a single sequence, no padding, in float64."""
    if len(ids) == 1:
        return torch.zeros(0)
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids[:-1]])).logits[0].double()
    rows = torch.log_softmax(logits, dim=-1)
    return rows[torch.arange(len(ids) - 1), torch.tensor(ids[1:])]


def test_is_an_adapter_with_the_modes_of_a_causal_model(folder: Path) -> None:
    model = make(folder)
    assert isinstance(model, Adapter)
    assert model.capabilities >= {"generate", "loglikelihood", "choice_loglikelihood", "rolling", "embed"}
    json.dumps(model.identity)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_loglikelihoods_are_those_of_a_direct_computation(folder: Path, name: str) -> None:
    continuations = (" apples and no café.", "2 coins", " é", "")
    requests = [Request(prompt=p, mode="loglikelihood", continuations=continuations) for p in [*PROMPTS, ""]]
    responses = ask(make(folder, name, batch_size=4), requests)
    model, tokenizer = direct(folder, name)
    for request, response in zip(requests, responses, strict=True):
        assert response.logprobs["bytes"] == [21, 7, 3, 0]
        for i, continuation in enumerate(continuations):
            before = tokenizer(request.prompt)["input_ids"]
            whole = tokenizer(str(request.prompt) + continuation)["input_ids"]
            assert whole[: len(before)] == before
            ids = [tokenizer.bos_token_id, *whole] if not before else whole
            start = max(len(before), 1)
            values = logprobs_of(model, ids)[start - 1 :]
            assert response.logprobs["tokens"][i] == len(whole) - len(before) == len(values)
            assert response.logprobs["continuations"][i] == pytest.approx(float(values.sum()), abs=1e-4)
            with torch.no_grad():
                best = model(input_ids=torch.tensor([ids])).logits[0].argmax(-1)[start - 1 : -1].tolist()
            assert response.logprobs["greedy"][i] == (best == ids[start:])


def test_what_the_model_says_by_itself_is_greedy(folder: Path) -> None:
    said = ask(make(folder), [Request(prompt=p, params={"max_tokens": 40}) for p in PROMPTS])
    requests = [
        Request(prompt=p, mode="loglikelihood", continuations=(r.output, r.output[:-1] + "!"))
        for p, r in zip(PROMPTS, said, strict=True)
    ]
    scored = [response.logprobs for response in ask(make(folder), requests)]
    # The end token was said too, but is no text; where text is cut into other tokens than were said, nothing is known.
    same = [r.output_tokens - 1 == found["tokens"][0] for r, found in zip(said, scored, strict=True)]
    assert sum(same) >= 3
    assert [found["greedy"] for found, known in zip(scored, same, strict=True) if known] == [[True, False]] * sum(same)


def test_a_token_across_the_boundary_is_scored(folder: Path) -> None:
    model, tokenizer = direct(folder)
    whole = tokenizer("Ada has 42 books")["input_ids"]
    before = tokenizer("Ada has 42 boo")["input_ids"]
    shared = next(i for i, (a, b) in enumerate(zip(before, whole, strict=False)) if a != b)
    assert shared < len(before)
    found = one(folder, prompt="Ada has 42 boo", mode="loglikelihood", continuations=("ks",)).logprobs
    assert found is not None
    assert found["tokens"] == [len(whole) - shared]
    expected = float(logprobs_of(model, whole)[shared - 1 :].sum())
    assert found["continuations"][0] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_answers_do_not_depend_on_the_batch(folder: Path, name: str) -> None:
    requests = [
        *[Request(prompt=p, mode="choice_loglikelihood", continuations=(" apples", " 3 coins")) for p in PROMPTS],
        *[Request(prompt=p * n, mode="rolling") for n, p in enumerate(PROMPTS, 1)],
        *[Request(prompt=p, mode="embed") for p in PROMPTS],
        *[Request(prompt=p, mode="choice_first_token") for p in PROMPTS],
        *[Request(prompt=p, params={"max_tokens": 20}) for p in PROMPTS],
        *[Request(prompt=p, params={"max_tokens": 20, "temperature": 1.0, "seed": i}) for i, p in enumerate(PROMPTS)],
    ]
    together = ask(make(folder, name, batch_size=16), requests)
    apart = ask(make(folder, name, batch_size=1), requests)
    assert max(r.data["batch_size"] for r in together) == 5
    assert {r.data["batch_size"] for r in apart} == {1}
    for many, single in zip(together, apart, strict=True):
        assert (many.output, many.input_tokens, many.output_tokens) == (
            single.output,
            single.input_tokens,
            single.output_tokens,
        )
        assert numbers(many) == pytest.approx(numbers(single), abs=1e-4)


@functools.cache
def _tokenizer() -> Any:
    return tiny.make_tokenizer(chat=False)


def numbers(response: Response) -> list[float]:
    found = list(response.embedding or [])
    for value in (response.logprobs or {}).values():
        if isinstance(value, dict):
            found += sorted(value.values())
        else:
            found += value if isinstance(value, list) else [value]
    return found


def test_windows_are_those_of_lm_evaluation_harness() -> None:
    """34 tokens in windows of 10: inputs and predictions as its own test states them."""
    sequence = [-100, *range(34)]
    found = [(sequence[first:end], sequence[start + 1 : end + 1]) for first, start, end in windows(34, 10)]
    assert found == [
        ([-100, *range(9)], list(range(10))),
        (list(range(9, 19)), list(range(10, 20))),
        (list(range(19, 29)), list(range(20, 30))),
        (list(range(23, 33)), list(range(30, 34))),
    ]
    assert list(windows(0, 10)) == []


@pytest.mark.parametrize("n", [1, 9, 10, 11, 20, 99])
def test_windows_score_each_token_once_and_never_see_more_than_they_may(n: int) -> None:
    cuts = list(windows(n, 10))
    assert [i for _, start, end in cuts for i in range(start, end)] == list(range(n))
    assert all(0 <= end - first <= 10 and first <= start for first, start, end in cuts)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_rolling_loglikelihood_perplexity_and_bits_per_byte(folder: Path, name: str) -> None:
    model, tokenizer = direct(folder, name)
    ids = tokenizer(TEXT)["input_ids"]
    assert len(ids) > 2 * tiny.CONTEXT
    total = 0.0
    for place, token in enumerate(ids):
        # Every token by itself, with the context that the published procedure gives it.
        window = place // tiny.CONTEXT
        last = (window + 1) * tiny.CONTEXT >= len(ids)
        start = len(ids) - tiny.CONTEXT if last else window * tiny.CONTEXT
        sequence = [tokenizer.bos_token_id, *ids]
        total += float(logprobs_of(model, [*sequence[start : place + 1], token])[-1])
    found = one(folder, name, prompt=TEXT, mode="rolling").logprobs
    assert found is not None
    assert found["tokens"] == len(ids)
    assert found["bytes"] == len(TEXT.encode()) > len(TEXT)
    assert found["rolling"] == pytest.approx(total, abs=1e-3)
    bits = -found["rolling"] / math.log(2) / found["bytes"]
    assert bits == pytest.approx(-total / math.log(2) / len(TEXT.encode()), abs=1e-6)
    assert bits < 1.5, "it has learnt its few sentences"


def test_perplexity_of_a_short_text_is_that_of_the_training_loss(folder: Path) -> None:
    model, tokenizer = direct(folder)
    ids = torch.tensor([[tokenizer.bos_token_id, *tokenizer(PROMPTS[3])["input_ids"]]])
    with torch.no_grad():
        loss = model(input_ids=ids, labels=ids).loss.item()
    found = one(folder, prompt=PROMPTS[3], mode="rolling").logprobs
    assert found is not None
    assert math.exp(-found["rolling"] / found["tokens"]) == pytest.approx(math.exp(loss), rel=1e-5)
    assert one(folder, prompt="", mode="rolling").logprobs == {"rolling": 0, "tokens": 0, "bytes": 0}


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_greedy_answers_are_those_of_transformers(folder: Path, name: str) -> None:
    model, tokenizer = direct(folder, name)
    requests = [Request(prompt=p, params={"max_tokens": 25}) for p in PROMPTS]
    for request, response in zip(requests, ask(make(folder, name), requests), strict=True):
        inputs = tokenizer(request.prompt, return_tensors="pt")
        made = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            max_new_tokens=25,
            do_sample=False,
            pad_token_id=0,
        )
        new = made[0, inputs["input_ids"].shape[1] :].tolist()
        assert response.output == tokenizer.decode(new, skip_special_tokens=True)
        assert response.output_tokens == len(new)
        assert response.finish_reason == ("stop" if new[-1] == 0 else "length")
        assert response.input_tokens == inputs["input_ids"].shape[1]


def test_stop_texts_end_answers_where_they_begin(folder: Path) -> None:
    free = ask(make(folder), [Request(prompt=p, params={"max_tokens": 30}) for p in PROMPTS])
    for stop in (["and no"], "no caf", ["zzz", "é", " an"], ["caf", "café"]):
        requests = [Request(prompt=p, params={"max_tokens": 30, "stop": stop}) for p in PROMPTS]
        for whole, cut in zip(free, ask(make(folder), requests), strict=True):
            texts = [stop] if isinstance(stop, str) else stop
            places = [place for place in (whole.output.find(text) for text in texts) if place >= 0]
            assert cut.output == (whole.output[: min(places)] if places else whole.output)
            assert (cut.finish_reason, cut.status) == ("stop", Status.OK) or not places
            assert cut.output_tokens < whole.output_tokens or not places


def test_an_answer_cut_by_its_limit_is_truncated(folder: Path) -> None:
    response = one(folder, prompt="Ada", params={"max_completion_tokens": 2})
    assert (response.status, response.finish_reason, response.output_tokens) == (Status.TRUNCATED, "length", 2)


def test_sampling_follows_its_seed(folder: Path) -> None:
    def sample(**params: Any) -> Response:
        return one(folder, prompt="Ada has", params={"max_tokens": 12, "temperature": 1.5, **params})

    assert sample(seed=3).output == sample(seed=3).output
    assert len({sample(seed=seed).output for seed in range(8)}) > 4
    unseeded = sample()
    assert sample(seed=unseeded.data["seed"]).output == unseeded.output
    greedy = one(folder, prompt="Ada has", params={"max_tokens": 12}).output
    assert sample(seed=1, top_k=1).output == greedy
    assert sample(seed=1, top_p=0.01).output == greedy
    assert sample(seed=1, min_p=1.0).output == greedy
    assert sample(seed=1, temperature=0.001).output == greedy
    assert "seed" not in one(folder, prompt="Ada", params={"max_tokens": 2}).data


def test_samples_have_the_distribution_of_the_model(folder: Path) -> None:
    n = 600
    requests = [Request(prompt="Ada has", params={"max_tokens": 1, "temperature": 1.0, "seed": s}) for s in range(n)]
    counts = Counter(response.output for response in ask(make(folder, batch_size=200), requests))
    first = one(folder, prompt="Ada has", mode="choice_first_token", params={"top_logprobs": 3}).logprobs
    assert first is not None
    assert len(first["first_token"]) == 3
    for text, logprob in first["first_token"].items():
        share = math.exp(logprob)
        # Five standard errors; the seeds are fixed.
        assert abs(counts[text] / n - share) < 5 * math.sqrt(share * (1 - share) / n)


def test_first_token_logprobs_are_those_of_the_model(folder: Path) -> None:
    model, tokenizer = direct(folder)
    ids = tokenizer("Ada has")["input_ids"]
    with torch.no_grad():
        expected = torch.log_softmax(model(input_ids=torch.tensor([ids])).logits[0, -1].double(), -1)
    found = one(
        folder,
        prompt="Ada has",
        mode="choice_first_token",
        continuations=(" zebras", " coins"),
        params={"top_logprobs": 2},
    )
    assert found.logprobs is not None
    first = found.logprobs["first_token"]
    rare = tokenizer(" zebras")["input_ids"][0]
    assert first[tokenizer.decode([rare])] == pytest.approx(float(expected[rare]), abs=1e-4)
    assert max(first.values()) == pytest.approx(float(expected.max()), abs=1e-4)
    assert 3 <= len(first) <= 4


def test_what_does_not_fit_fails_alone_or_is_cut_and_says_so(folder: Path) -> None:
    long = TEXT
    prompt, continuation, cut, fine = ask(
        make(folder),
        [
            Request(prompt=long, params={"max_tokens": 4}),
            Request(prompt="Ada", mode="loglikelihood", continuations=(long,)),
            Request(prompt=long, mode="loglikelihood", continuations=(" Ada", " Grace has 5 kites and no café.")),
            Request(prompt="Ada has", params={"max_tokens": 4}),
        ],
    )
    assert isinstance(prompt, ContextTooLong) and "the model's context is 96" in str(prompt)
    assert isinstance(continuation, ContextTooLong) and "a continuation has" in str(continuation)
    assert fine.output
    model, tokenizer = direct(folder)
    ids = tokenizer(long + " Ada")["input_ids"]
    assert cut.data["context_cut"] > 100
    n = cut.logprobs["tokens"][0]
    expected = float(logprobs_of(model, ids[-tiny.CONTEXT - 1 :])[-n:].sum())
    assert tokenizer.decode(ids[-n:]) == " Ada"
    assert cut.logprobs["continuations"][0] == pytest.approx(expected, abs=1e-4)
    tokens = Tokens(tokenizer)
    nearly = tokens.decode(tokens.encode(long)[: tiny.CONTEXT - 3])
    assert (one(folder, prompt=nearly, params={"max_tokens": 50}).output_tokens or 0) <= 3
    embedded = one(folder, prompt=long, mode="embed")
    assert embedded.input_tokens == tiny.CONTEXT and embedded.data["text_cut"] > 100
    assert isinstance(ask(make(folder), [Request(prompt=long, mode="choice_first_token")])[0], ContextTooLong)


def test_messages_go_through_the_chat_template_where_there_is_one(folder: Path) -> None:
    messages = (Message("system", "Count."), Message("user", "Ada has"))
    _, tokenizer = direct(folder, "chat")
    expected = tokenizer("<system>Count.\n<user>Ada has\n<assistant>", add_special_tokens=False)["input_ids"]
    assert Tokens(tokenizer).prompt(Request(messages=messages)) == expected
    _, plain = direct(folder)
    assert Tokens(plain).prompt(Request(messages=messages)) == plain("Count.\n\nAda has")["input_ids"]
    response = one(folder, "chat", messages=messages, params={"max_tokens": 1})
    assert response.input_tokens == len(expected)
    scored = one(folder, "chat", messages=messages, mode="choice_loglikelihood", continuations=("4",))
    assert scored.input_tokens == len(expected) + 1


def test_a_request_with_media_fails_and_its_neighbour_does_not(folder: Path) -> None:
    image = MediaPart(Media(kind="image", mime="image/png", data=""))
    bad = Request(messages=(Message("user", (TextPart("what?"), image)),), params={"max_tokens": 2})
    good = Request(messages=(Message("user", "Ada"),), params={"max_tokens": 2})
    first, second = ask(make(folder, "chat"), [bad, good])
    assert isinstance(first, ConfigError) and "read text only" in str(first)
    assert isinstance(second, Response)


def test_time_is_shared_by_the_batch_and_tokens_are_timed_when_streamed(folder: Path) -> None:
    requests = [Request(prompt=p, params={"max_tokens": 8}, stream=True) for p in PROMPTS[:3]]
    for response in ask(make(folder), requests):
        assert response.service_time == pytest.approx(response.latency / 3)
        assert 0 < response.ttft < response.latency
        assert 0 < response.itl < response.latency
    assert one(folder, prompt="Ada", params={"max_tokens": 3}).ttft is None


def test_embeddings_are_means_of_the_last_hidden_states(folder: Path) -> None:
    model, tokenizer = direct(folder)
    responses = ask(make(folder), [Request(prompt=p, mode="embed") for p in PROMPTS])
    for prompt, response in zip(PROMPTS, responses, strict=True):
        with torch.no_grad():
            states = model.model(**tokenizer(prompt, return_tensors="pt")).last_hidden_state[0]
        assert response.embedding == pytest.approx(states.mean(0).tolist(), abs=1e-5)


def test_models_that_are_not_causal_only_embed(folder: Path, tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=400, **shape)).save_pretrained(tmp_path / "bert")
    tiny.make_tokenizer(chat=False).save_pretrained(tmp_path / "bert")
    assert make(tmp_path, "bert").capabilities == {"embed"}
    vector = one(tmp_path, "bert", prompt="Ada", mode="embed").embedding
    assert vector is not None and len(vector) == 16
    with pytest.raises(ConfigError, match="hf/bert cannot generate; it can embed"):
        one(tmp_path, "bert", prompt="Ada")


def test_other_weights_are_another_model(folder: Path, tmp_path: Path) -> None:
    tiny.build(tmp_path / "llama", steps=1)
    assert make(tmp_path).identity["weights"] != make(folder).identity["weights"]
    assert make(folder).identity == make(folder).identity
    assert make(folder, dtype="bfloat16").identity != make(folder).identity
    assert make(folder, batch_size=3, device="cpu").identity == make(folder).identity


def test_fingerprint_of_large_files_sees_their_ends_and_their_size(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    found = []
    for end in (b"a", b"b", b"aa"):
        with path.open("wb") as file:
            file.truncate(65 * 2**20)
            file.seek(0, 2)
            file.write(end)
        found.append(fingerprint(tmp_path))
    assert len(set(found)) == 3
    (tmp_path / ".hidden").write_text("x", encoding="utf-8")
    assert fingerprint(tmp_path) == found[-1]


def test_number_types(folder: Path) -> None:
    request = Request(prompt="Ada has", mode="loglikelihood", continuations=(" 4 books",))
    exact, rough = (ask(make(folder, dtype=dtype), [request])[0] for dtype in ("float32", "bfloat16"))
    assert rough.logprobs["continuations"][0] == pytest.approx(exact.logprobs["continuations"][0], rel=0.05)
    assert rough.logprobs["continuations"][0] != exact.logprobs["continuations"][0]


def test_tokenizers_that_wrap_their_text(folder: Path) -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer = tiny.make_tokenizer(chat=False)
    plain = tokenizer("Ada")["input_ids"]
    for template, expected in (("<|end|> $0 <|end|>", [0, *plain]), ("$0 <|end|>", plain), ("<|end|> $0", [0, *plain])):
        tokenizer._tokenizer.post_processor = TemplateProcessing(single=template, special_tokens=[("<|end|>", 0)])
        tokens = Tokens(tokenizer)
        assert tokens.encode("Ada") == expected
        assert tokens.encode("Ada", special=False) == plain
        context, rest = tokens.pair(Request(prompt="Ada"), " has")
        assert context == expected
        assert tokenizer.decode(rest) == " has"


@settings(max_examples=30)
@given(st.text(max_size=40), st.text(max_size=20))
def test_a_pair_is_one_text_cut_in_two(before: str, after: str) -> None:
    tokens = Tokens(_tokenizer())
    context, rest = tokens.pair(Request(prompt=before), after)
    whole = tokens.encode(before + after)
    assert (context + rest if whole[: len(context)] == context else rest) == whole
    assert context


def test_a_text_behind_nothing_has_its_rolling_loglikelihood(folder: Path) -> None:
    requests = [Request(prompt="", mode="loglikelihood", continuations=tuple(PROMPTS))]
    requests += [Request(prompt=p, mode="rolling") for p in PROMPTS]
    scored, *rolled = ask(make(folder), requests)
    assert scored.logprobs["continuations"] == pytest.approx([r.logprobs["rolling"] for r in rolled], abs=1e-4)
    assert scored.logprobs["tokens"] == [r.logprobs["tokens"] for r in rolled]


def test_without_bos_and_eos_the_first_token_cannot_be_scored(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    bare = PreTrainedTokenizerFast(tokenizer_object=tiny.make_tokenizer(chat=False)._tokenizer)
    with pytest.raises(ConfigError, match="neither a bos_token nor an eos_token"):
        Tokens(bare).prompt(Request(prompt=""))
    assert Tokens(bare).prompt(Request(prompt="Ada")) == bare("Ada")["input_ids"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("./lama", {}, r"there is no folder of weights .*lama'. Did you mean 'llama'"),
        ("a/b/c", {}, "there is no folder of weights"),
        ("llama", {"batchsize": 4}, "has no option 'batchsize'. Did you mean 'batch_size'"),
        ("llama", {"batch_size": 0}, "batch_size"),
        ("llama", {"dtype": "int3"}, "dtype"),
    ],
)
def test_wrong_use(folder: Path, name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(folder, name, **options)


def test_a_folder_without_a_model_and_a_device_that_is_not_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="transformers cannot load .*empty"):
        make(tmp_path, "empty")
    found = ask(make(folder, device="cuda:99"), [Request(prompt="Ada"), Request(prompt="Alan")])
    assert all(isinstance(error, ConfigError) and "the device 'cuda:99'" in str(error) for error in found)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"max_token": 3}, "no generation parameter 'max_token'. Did you mean 'max_tokens'"),
        ({"temperature": -1}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"seed": "x"}, "'seed' is 'x'"),
    ],
)
def test_wrong_parameters(folder: Path, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        one(folder, prompt="Ada", params=params)


def test_responses_can_be_stored(folder: Path) -> None:
    requests = [
        Request(prompt="Ada", mode="loglikelihood", continuations=(" has",)),
        Request(prompt="Ada", mode="rolling"),
        Request(prompt="Ada", mode="choice_first_token"),
        Request(prompt="Ada", mode="embed"),
        Request(prompt="Ada", params={"max_tokens": 2, "temperature": 0.7, "seed": 1, "repetition_penalty": 1.2}),
    ]
    for response in ask(make(folder), requests):
        assert isinstance(response, Response), response
        assert msgspec.json.decode(msgspec.json.encode(response), type=Response) == response
