// How long one answer takes web-forms' engine (npm: @getodk/xforms-engine), for the form on standard input.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM();
for (const name of ['DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XMLDocument', 'Attr', 'Text', 'Comment', 'XPathResult'])
  globalThis[name] ??= window[name];
globalThis.window ??= window;
globalThis.document ??= window.document;

// Its parser is built for browsers and asks for these under Node.
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = '.';
const { createInstance } = await import('@getodk/xforms-engine');
const xml = readFileSync(0, 'utf8');
const begun = performance.now();
const { root } = await createInstance(xml);
const opened = performance.now() - begun;
const inputs = root.currentState.children.filter((node) => node.nodeType === 'input');
const last = root.currentState.children.at(-2);
const times = [];
for (let round = 0; round < Number(process.argv[2] ?? 1); round++) {
  for (const [q, node] of inputs.entries()) {
    const value = String((q % 100) + round);
    const begun = performance.now();
    node.setValue(value);
    // Theirs computes what is looked at: a client looks at values and relevance of all it shows.
    for (const one of root.currentState.children) void (one.currentState.value, one.currentState.relevant);
    times.push(performance.now() - begun);
  }
}
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(3);
console.log(`web-forms: read and opened ${opened.toFixed(0)} ms; one answer: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms (${inputs.length} questions, last ${last?.currentState.instanceValue})`);
