// vitest for web-forms' scenarios (among them those ported from JavaRosa), with our engine in the place of theirs.
import { defineConfig } from 'vitest/config';
import { resolve } from 'node:path';

const here = import.meta.dirname;
const packages = resolve(process.env.WEB_FORMS, 'packages');

export default defineConfig({
  root: resolve(packages, 'scenario'),
  resolve: {
    alias: {
      '@getodk/xforms-engine': resolve(here, 'engine.mjs'),
      'web-forms-codecs': resolve(packages, 'xforms-engine/src/lib/codecs/getSharedValueCodec.ts'),
      '@vue/test-utils': resolve(here, 'flush.mjs'),
      '@getodk/common/test-utils': resolve(packages, 'common/test-utils'),
      '@getodk/common/types': resolve(packages, 'common/types'),
      '@getodk/common': resolve(packages, 'common/src'),
    },
    conditions: ['solid', 'browser', 'development'],
  },
  server: { fs: { strict: false } },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/vitest/setup.ts'],
    include: ['test/**/*.test.ts'],
    // Left out: formatting of texts and the files of attachments, which are not this engine's.
    exclude: ['test/markdown.test.ts', 'test/instance-attachments/**', 'test/skipped/**'],
    testTimeout: 20000,
    reporters: [resolve(here, 'reporter.mjs')],
    silent: true,
    server: { deps: { inline: ['solid-js'] } },
  },
});
