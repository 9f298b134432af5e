"""The plan: the same structs for the YAML file, the Python API and the manifest stored with each run."""

from __future__ import annotations

from typing import Any, Literal

from .config import Config
from .decision import Decide
from .message import Tool


class Subset(Config, frozen=True, kw_only=True):
    """A seeded subset of a dataset.

    Attributes:
        n: Samples to keep.
        by: Field whose values keep their shares (stratified); None for a simple random subset.
        seed: Seed of the draw.
    """

    n: int
    by: str | None = None
    seed: int = 0


class Data(Config, frozen=True, kw_only=True):
    """Where samples come from and which field is what.

    Exactly one of `file`, `items`, `python`, `huggingface`, `sklearn` or `name` is given. A mapping value is the name
    of a field, a dotted path into it, or a Jinja expression in `{{ }}`.

    Attributes:
        file: Path or glob, or a list of them; csv, tsv, json, jsonl, parquet, also .gz and .zst and a json in a .zip.
        items: The samples themselves.
        python: `file.py:function` giving rows, mappings or samples.
        huggingface: Name or local path for the `datasets` library.
        sklearn: One of scikit-learn's built-in sets, such as `"breast_cancer"`.
        name: A registered dataset.
        options: Arguments of the function, the registered dataset or the library.
        input: What the model gets.
        target: What is expected.
        choices: Options of a multiple-choice question: a field holding a list, or a list of fields.
        context: Documents: a field or a list of fields.
        id: Identifier of the sample.
        attributes: Fields to slice by, or a mapping of attribute name to field.
        cluster: Key of samples that are not independent.
        image: Field with images: path, URL, data URL or base64.
        audio: Field with sound, likewise.
        attachment: Field with other files, likewise.
        format: csv, tsv, json, jsonl or parquet where the suffix does not say it.
        columns: Names of the columns of a csv or tsv without a header line.
        records: Dotted path to the list of rows inside a json file.
        encoding: Encoding of text files.
        split: Split to read: of a library dataset, or rows whose field `split` has this value.
        shuffle: Seed of a shuffle; None keeps the order.
        subset: A seeded subset, stratified or not.
        limit: At most this many samples, after shuffle and subset.
    """

    file: str | tuple[str, ...] | None = None
    items: tuple[Any, ...] | None = None
    python: str | None = None
    huggingface: str | None = None
    sklearn: str | None = None
    name: str | None = None
    options: dict[str, Any] = {}
    input: str | dict[str, str] | tuple[str, ...] | None = None
    target: str | None = None
    choices: str | tuple[str, ...] | None = None
    context: str | tuple[str, ...] | None = None
    id: str | None = None
    attributes: tuple[str, ...] | dict[str, str] = ()
    cluster: str | None = None
    image: str | None = None
    audio: str | None = None
    attachment: str | None = None
    format: Literal["csv", "tsv", "json", "jsonl", "parquet"] | None = None
    columns: tuple[str, ...] | None = None
    records: str | None = None
    encoding: str = "utf-8"
    split: str | None = None
    shuffle: int | None = None
    subset: Subset | None = None
    limit: int | None = None


class FewShot(Config, frozen=True, kw_only=True):
    """Worked examples put before the question; the item itself is never among them.

    Attributes:
        n: How many.
        data: Where they come from; None takes them from the plan's own dataset.
        strategy: `fixed` the first n, `random` a seeded draw for each sample, `stratified` one that balances `by`.
        by: Field to balance; the target when None.
        seed: Seed of the draw.
        template: Jinja text of one example.
        separator: What stands between examples.
        as_turns: Give them as earlier turns of the chat rather than inside the prompt.
    """

    n: int
    data: Data | None = None
    strategy: Literal["fixed", "random", "stratified"] = "fixed"
    by: str | None = None
    seed: int = 0
    template: str = "{{ input }}\n{{ target }}"
    separator: str = "\n\n"
    as_turns: bool = False


class PromptMessage(Config, frozen=True, kw_only=True):
    """One turn of a chat template: a role and a Jinja text."""

    role: Literal["system", "user", "assistant"]
    content: str


class Step(Config, frozen=True, kw_only=True):
    """One step of a declared chain.

    Attributes:
        name: The answer is visible to later steps as `{{ name }}`.
        prompt: Jinja text of the user turn.
        system: Jinja text of the system turn.
        model: Model that answers this step; None is the subject.
        extract: Regular expression whose first group is kept.
        generation: Parameters of this step, over the plan's.
    """

    name: str
    prompt: str
    system: str | None = None
    model: str | None = None
    extract: str | None = None
    generation: dict[str, Any] = {}


class Price(Config, frozen=True, kw_only=True):
    """What a model costs.

    Attributes:
        input: USD per million input tokens.
        output: USD per million output tokens.
        cached: USD per million input tokens served from the provider's cache; None is the input price.
        reasoning: USD per million reasoning tokens; None is the output price.
        per_call: USD per call.
        per_hour: USD per hour of the machine that serves the model; shared out by measured throughput.
        per_second: USD per second of service time of each call.
        date: Day on which the price was read, ISO 8601.
        source: Where it was read.
    """

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None
    reasoning: float | None = None
    per_call: float = 0.0
    per_hour: float = 0.0
    per_second: float = 0.0
    date: str | None = None
    source: str | None = None


class CrossValidation(Config, frozen=True, kw_only=True):
    """Train and test on folds of the dataset instead of predicting with what is handed over.

    Attributes:
        folds: Number of folds.
        group: Field whose groups are never split between train and test; None stratifies by the target.
        seed: Seed of the shuffle.
        learning_curve: Shares of the training folds for which the curve is drawn; empty for none.
    """

    folds: int = 5
    group: str | None = None
    seed: int = 0
    learning_curve: tuple[float, ...] = (0.1, 0.325, 0.55, 0.775, 1.0)


class Model(Config, frozen=True, kw_only=True):
    """A thing that answers.

    Attributes:
        id: `provider/name`, or `python/file.py:callable`, `sklearn/file.py:function`, `recorded/field`, `hf/name`.
        name: Name shown; the id when None. Two models of one plan need two names.
        base_url: Server address where it is not the provider's own.
        api: Protocol for text: chat turns or legacy completions.
        key_env: Environment variable that holds the key.
        headers: Extra HTTP headers; values may quote `${ENV}`.
        revision: Version of the weights, part of the call key.
        generation: Parameters over the plan's.
        price: What it costs; None looks it up in the table.
        concurrency: Most calls at a time; None adapts.
        options: Arguments of the provider's adapter.
        cross_validation: For trainable scikit-learn estimators.
    """

    id: str
    name: str | None = None
    base_url: str | None = None
    api: Literal["chat", "completions"] = "chat"
    key_env: str | None = None
    headers: dict[str, str] = {}
    revision: str | None = None
    generation: dict[str, Any] = {}
    price: Price | None = None
    concurrency: int | None = None
    options: dict[str, Any] = {}
    cross_validation: CrossValidation | None = None

    @property
    def label(self) -> str:
        """The name shown."""
        return self.name or self.id


class Solver(Config, frozen=True, kw_only=True):
    """How a sample becomes calls, where one prompt is not enough.

    Exactly one of `python` and `chain` is given.

    Attributes:
        python: `file.py:function`, an async function of `(sample, call)`.
        chain: Declared steps; the last answer is the outcome.
        options: Keyword arguments of the function.
        tools: Tools offered to the model.
    """

    python: str | None = None
    chain: tuple[Step, ...] = ()
    options: dict[str, Any] = {}
    tools: tuple[Tool, ...] = ()


class Execution(Config, frozen=True, kw_only=True):
    """How calls are made; nothing here changes an answer.

    Attributes:
        concurrency: Most calls at a time per endpoint; None adapts from 20 upwards.
        max_retries: Further attempts after a retryable failure.
        timeout: Seconds for one attempt.
        deadline: Seconds for a call with all its attempts.
        budget: USD at which the run stops cleanly.
        cache: Whether answers are reused from and kept in the response cache.
        stream: Stream answers; None does so when a metric needs it.
        processes: Worker processes for heavy scorers; None is the number of cores.
        fail_fast_on_quota: Stop when a provider says that the quota, not the rate, is used up.
    """

    concurrency: int | None = None
    max_retries: int = 5
    timeout: float = 120.0
    deadline: float = 600.0
    budget: float | None = None
    cache: bool = True
    stream: bool | None = None
    processes: int | None = None
    fail_fast_on_quota: bool = True


Named = str | dict[str, Any]


class Plan(Config, frozen=True, kw_only=True):
    """Data, models, prompt, scorers and metrics of one evaluation.

    Attributes:
        plan: Name of the plan.
        description: What it is for.
        data: Where samples come from.
        models: Models, by id or in full.
        system: Jinja text of the system turn.
        prompt: Jinja text of the user turn, or all turns; None gives the sample's input as it is.
        few_shot: Worked examples.
        solver: More than one call per sample.
        generation: Parameters of every call: temperature, max_tokens, top_p, stop, seed, ...
        mode: `generate`; the three modes of multiple choice; `loglikelihood` of the target; `rolling` perplexity.
        epochs: Repeats of each sample; repeats form a cluster.
        extract: Regular expression whose last match (first group) is the answer that scorers see.
        scorers: Scorers, by name or as `{name: options}`.
        metrics: Metrics, by name or as `{name: options}`; empty takes the usual ones for the scorers.
        slices: Attributes to slice by; None takes all of the dataset's.
        level: Confidence level.
        bootstrap: Resamples of bootstrap intervals.
        execution: How calls are made.
        decide: What a model must fulfil.
    """

    plan: str
    description: str = ""
    data: Data
    models: tuple[str | Model, ...]
    system: str | None = None
    prompt: str | tuple[PromptMessage, ...] | None = None
    few_shot: FewShot | None = None
    solver: Solver | None = None
    generation: dict[str, Any] = {}
    mode: Literal[
        "generate", "choice_generate", "choice_first_token", "choice_loglikelihood", "loglikelihood", "rolling"
    ] = "generate"
    epochs: int = 1
    extract: str | None = None
    scorers: tuple[Named, ...] = ()
    metrics: tuple[Named, ...] = ()
    slices: tuple[str, ...] | None = None
    level: float = 0.95
    bootstrap: int = 2000
    execution: Execution = Execution()
    decide: Decide = Decide()
