// The benchmark's questions as promptfoo tests.
const fs = require('fs');

module.exports = async () =>
  fs
    .readFileSync(process.env.BENCHMARK_QUESTIONS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map((row) => ({
      vars: { question: row.question },
      assert: [{ type: 'regex', value: `ANSWER:\\s*${row.answer}\\s*$` }],
    }));
