// vitest for web-forms' tests of XPath, with our evaluator in the place of theirs.
import { defineConfig } from 'vitest/config';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const packages = resolve(process.env.WEB_FORMS, 'packages');

const stand_in = {
  name: 'stand-in',
  enforce: 'pre',
  resolveId(source, importer) {
    const ours = /(DefaultEvaluator|TestXFormsXPathEvaluator)\.ts$/.test(source) && importer?.includes('/test/');
    return ours ? resolve(here, 'evaluator.mjs') : null;
  },
};

export default defineConfig({
  root: resolve(packages, 'xpath'),
  define: { TZ: '"America/Phoenix"', LOCALE_ID: '"en-US"' },
  plugins: [stand_in],
  resolve: {
    alias: {
      '@getodk/common/test-utils': resolve(packages, 'common/test-utils'),
      '@getodk/common/types': resolve(packages, 'common/types'),
      '@getodk/common': resolve(packages, 'common/src'),
    },
  },
  server: { fs: { strict: false } },
  test: {
    environment: 'jsdom',
    setupFiles: ['test/setup.ts'],
    include: ['test/{native,xforms}/**/*.test.ts'],
    reporters: [resolve(here, 'reporter.mjs')],
  },
});
