"""The same questions to the same server with other tools, each as a whole process in an environment of its own.

The folder named by EVALIUM_PEERS holds `venvs/inspect`, `venvs/lmeval`, `venvs/deepeval` (virtual environments with
`inspect-ai openai`, `lm-eval[api]`, `deepeval`) and `npm/promptfoo` (where `npm install promptfoo` ran). A tool
that is not there is left out and named.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .commands import run_bare, run_whole
from .engine import Setting
from .process import Command, Finished, environment, measure
from .report import Section, Spread
from .server import Server
from .workload import ANSWER, check_accuracy, write_plan, write_questions

TASKS = Path(__file__).parent / "peer_tasks"
QUIET = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
    "MOCK_API_KEY": "x",
    "OPENAI_API_KEY": "x",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
LM_EVAL_TASK = """\
task: sums
dataset_path: json
dataset_kwargs: {{data_files: {{test: {questions}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["</s>"], max_gen_toks: 512, temperature: 0}}
filter_list:
  - name: number
    filter: [{{function: regex, regex_pattern: '{answer}'}}, {{function: take_first}}]
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
"""


@dataclass(frozen=True)
class Round:
    """One round's common ground.

    Attributes:
        folder: Where data lies and logs go.
        url: Address of the server.
        concurrency: Calls at a time.
    """

    folder: Path
    url: str
    concurrency: int

    @property
    def questions(self) -> Path:
        """The questions."""
        return self.folder / "questions.jsonl"


@dataclass(frozen=True)
class Peer:
    """A tool: where its program lies under EVALIUM_PEERS, its command, and where it says its accuracy.

    Attributes:
        name: Its name.
        program: Path of its program.
        arguments: Rest of the command.
        accuracy: Regular expression; the last match's first group is the accuracy, or a percentage.
        percent: Whether it is a percentage.
        codes: Exit codes that are fine.
    """

    name: str
    program: str
    arguments: Callable[[Round], Command]
    accuracy: str
    percent: bool = False
    codes: tuple[int, ...] = (0,)


def _inspect(at: Round) -> Command:
    limits: Command = ["--max-connections", str(at.concurrency), "--max-samples", str(at.concurrency)]
    generation = ["--temperature", "0", "--max-tokens", "512"]
    log: Command = ["--display", "plain", "--log-dir", at.folder / "log-inspect"]
    return ["eval", "inspect_sums.py", "--model", "openai-api/mock/mock", *limits, *generation, *log]


def _lm_eval(at: Round) -> Command:
    reach = f"model=mock,base_url={at.url}/v1/chat/completions,num_concurrent={at.concurrency},tokenized_requests=False"
    tasks: Command = ["--include_path", at.folder / "lm-eval", "--tasks", "sums", "--apply_chat_template"]
    log: Command = ["--output_path", at.folder / "log-lm-eval", "--log_samples"]
    return ["--model", "local-chat-completions", "--model_args", reach, *tasks, *log]


def _promptfoo(at: Round) -> Command:
    config: Command = ["-c", "promptfooconfig.yaml", "-o", at.folder / "log-promptfoo.json"]
    return ["eval", *config, "-j", str(at.concurrency), "--no-cache", "--no-table", "--no-progress-bar"]


PEERS = (
    Peer("Inspect", "venvs/inspect/bin/inspect", _inspect, r"accuracy[:\s]*([\d.]+)"),
    Peer("lm-eval", "venvs/lmeval/bin/lm_eval", _lm_eval, r"exact_match\|[^|]*\|\s*([\d.]+)"),
    Peer("DeepEval", "venvs/deepeval/bin/python", lambda at: ["deepeval_sums.py"], r'"accuracy": ([\d.]+)'),
    # promptfoo ends with 100 where a test failed, which here three in ten do on purpose
    Peer("promptfoo", "npm/promptfoo/node_modules/.bin/promptfoo", _promptfoo, r"passed \(([\d.]+)%", True, (0, 100)),
)


def benchmark(setting: Setting, environments: Path, peers: Iterable[Peer] = PEERS) -> Section:
    """Run every tool that is there, once a round, beside evalium and the bare client.

    Raises:
        WrongAnswers: A tool did not find the known share of right answers.
    """
    folder = setting.folder / "peers"
    # a copy, since some tools leave files beside their task
    shutil.copytree(TASKS, folder / "tasks")
    (folder / "lm-eval").mkdir()
    expected = write_questions(folder / "questions.jsonl", setting.samples)
    task = LM_EVAL_TASK.format(questions=folder / "questions.jsonl", answer=ANSWER)
    (folder / "lm-eval" / "sums.yaml").write_text(task, encoding="utf-8")
    there = [peer for peer in peers if (environments / peer.program).exists()]
    absent = [peer.name for peer in peers if peer not in there]
    runs: dict[str, list[Finished]] = {name: [] for name in ("bare aiohttp", "evalium", *(p.name for p in there))}
    with Server(0, setting.server) as server:
        at = Round(folder, server.base_url, setting.concurrency)
        for _ in range(setting.repeats):
            write_plan(folder / "plan.yaml", at.url)
            runs["bare aiohttp"].append(run_bare(at.questions, at.url, at.concurrency, expected))
            runs["evalium"].append(run_whole(folder / "plan.yaml", at.concurrency, expected))
            for peer in there:
                runs[peer.name].append(_peer(at, peer, environments, expected))
    return _section(setting, runs, absent)


def _peer(at: Round, peer: Peer, environments: Path, expected: float) -> Finished:
    for log in at.folder.glob("log-*/"):
        shutil.rmtree(log)
    env = environment(
        **QUIET,
        BENCHMARK_QUESTIONS=str(at.questions),
        BENCHMARK_ANSWER=ANSWER,
        BENCHMARK_URL=at.url,
        BENCHMARK_CONCURRENCY=str(at.concurrency),
        MOCK_BASE_URL=f"{at.url}/v1",
        PROMPTFOO_CONFIG_DIR=str(at.folder / "log-promptfoo"),
    )
    command = [environments / peer.program, *peer.arguments(at)]
    done = measure(command, cwd=at.folder / "tasks", env=env, expect=peer.codes)
    said = re.findall(peer.accuracy, done.out + done.err)
    found = float(said[-1]) / (100 if peer.percent else 1) if said else None
    # the tools print two to four digits
    check_accuracy(peer.name, None if found is None else expected if abs(found - expected) < 0.006 else found, expected)
    return done


def _section(setting: Setting, runs: dict[str, list[Finished]], absent: list[str]) -> Section:
    note = (
        f"{setting.samples:,} samples, chat at 0 ms, concurrency {setting.concurrency}, whole processes with logs on, "
        f"{setting.repeats} interleaved rounds; median [least, greatest]."
    )
    if absent:
        note += f" Not installed, so left out: {', '.join(absent)}."
    head = ["tool", "samples/s", "evalium is faster by", "CPU ms per sample", "peak MB of one process"]
    section = Section("Other tools", note, head)
    for name, own in runs.items():
        faster = Spread.of(a.wall / b.wall for a, b in zip(own, runs["evalium"], strict=True))
        section.rows.append(
            [
                name,
                Spread.of(setting.samples / run.wall for run in own).text(0),
                f"{faster.text(1)}",
                Spread.of(1000 * run.cpu / setting.samples for run in own).text(2),
                Spread.of(run.peak_mb for run in own).text(0),
            ]
        )
    return section
