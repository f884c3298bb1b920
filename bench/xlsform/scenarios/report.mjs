// Sums up what the reporter wrote, file by file. A test that its authors mark as failing with their engine counts
// apart: it passes here if its body does. With -v each failure is told.
import { readFileSync } from 'node:fs';

const verbose = process.argv.includes('-v');
const reports = process.argv.slice(2).filter((argument) => argument !== '-v');
const files = reports.flatMap((report) => JSON.parse(readFileSync(report)));
const zero = () => ({ passed: 0, failed: 0, ahead: 0, level: 0, skipped: 0 });
const totals = zero();

for (const { file, error, tests } of files) {
  const count = zero();
  for (const test of tests) {
    const body_passed = test.expected_to_fail ? test.state === 'failed' : test.state === 'passed';
    let kind = body_passed ? 'passed' : 'failed';
    if (test.expected_to_fail) kind = body_passed ? 'ahead' : 'level';
    if (test.state === 'skipped' || test.state === 'pending') kind = 'skipped';
    count[kind]++;
    totals[kind]++;
    if (verbose && kind === 'failed') console.log(`  ${test.name}\n      ${test.error?.split('\n')[0]}`);
  }
  if (tests.length === 0) console.log(`${file}: not run: ${error}`);
  if (!verbose || count.failed) console.log(`${file}: ${count.passed} passed, ${count.failed} failed; of those its authors' engine fails ${count.ahead} passed, ${count.level} failed; ${count.skipped} skipped`);
}
const { passed, failed, ahead, level, skipped } = totals;
console.log(`all: ${passed} of ${passed + failed} passed (${((100 * passed) / (passed + failed)).toFixed(1)}%)`);
console.log(`     of ${ahead + level} that their authors' engine fails, ${ahead} passed; ${skipped} skipped by their authors`);
