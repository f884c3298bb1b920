// Sums up a JSON report of vitest: passed, failed, left out; with -v each failure.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2]));
const verbose = process.argv.includes('-v');
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const file of report.testResults) {
  const name = file.name.replace(/.*\/test\//, '');
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const test of file.assertionResults) {
    const status = test.status === 'pending' || test.status === 'todo' ? 'skipped' : test.status;
    count[status]++;
    totals[status]++;
    if (verbose && status === 'failed') console.log(`  ${name}: ${test.fullName}\n      ${(test.failureMessages[0] ?? '').split('\n').slice(0, 1)}`);
  }
  if (file.assertionResults.length === 0) console.log(`  ${name}: not run: ${file.message.split('\n')[0]}`);
  if (count.failed || !verbose) console.log(`${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
}
const run = totals.passed + totals.failed;
console.log(`all: ${totals.passed} of ${run} passed (${((100 * totals.passed) / run).toFixed(1)}%), ${totals.skipped} skipped`);
