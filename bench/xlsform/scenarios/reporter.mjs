// Writes what became of each test, and whether its authors expect it to fail with their own engine.
import { writeFileSync } from 'node:fs';

export default class Reporter {
  onTestRunEnd(modules) {
    const files = modules.map((module) => ({
      file: module.moduleId.replace(/.*\/test\//, ''),
      error: module.errors()[0]?.message,
      tests: [...module.children.allTests()].map((test) => ({
        name: test.fullName,
        expected_to_fail: test.options.fails === true,
        state: test.result().state,
        error: test.result().errors?.[0]?.message,
      })),
    }));
    writeFileSync(process.env.REPORT, JSON.stringify(files));
  }
}
