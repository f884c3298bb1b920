// Stands in for web-forms' XPath evaluators: takes what their tests give and asks ours.
import { talk } from './talk.mjs';

const ask = talk(process.env.XPATH_PROGRAM);
const KINDS = { 1: 'element', 2: 'attribute', 3: 'text', 4: 'text', 7: 'instruction', 8: 'comment' };

function sent(node, places) {
  places.push(node);
  const { prefix = null, localName = node.target, namespaceURI = null } = node;
  const attributes = [...(node.attributes ?? [])]
    .filter((attribute) => !/^xmlns(:|$)/.test(attribute.name))
    .map((attribute) => sent(attribute, places));
  return [KINDS[node.nodeType], prefix, localName, namespaceURI, node.nodeValue, attributes, children(node, places)];
}

const children = (node, places) =>
  [...node.childNodes].filter((child) => KINDS[child.nodeType]).map((child) => sent(child, places));

const children_named = (node, name) => [...(node?.children ?? [])].filter((child) => child.localName === name);

function first_named(node, name) {
  if (node.localName === name) return node;
  for (const child of node.children ?? []) {
    const found = first_named(child, name);
    if (found) return found;
  }
  return null;
}

class Evaluator {
  constructor({ rootNode = null, timeZoneId } = {}) {
    this.rootNode = rootNode;
    this.zone = timeZoneId ?? process.env.TZ ?? 'UTC';
    this.language = undefined;
  }

  model() {
    const document = this.rootNode?.ownerDocument ?? this.rootNode;
    return document ? first_named(document, 'model') : null;
  }

  translations() {
    return children_named(children_named(this.model(), 'itext')[0], 'translation');
  }

  getActiveLanguage() {
    const translations = this.translations();
    const chosen = translations.find((one) => one.getAttribute('default') !== null) ?? translations[0];
    return this.language ?? chosen?.getAttribute('lang') ?? null;
  }

  setActiveLanguage(language) {
    this.language = language;
    return language;
  }

  texts() {
    const active = this.translations().find((one) => one.getAttribute('lang') === this.getActiveLanguage());
    return Object.fromEntries(
      children_named(active, 'text').map((text) => [
        text.getAttribute('id'),
        children_named(text, 'value').find((value) => !value.getAttribute('form'))?.textContent ?? '',
      ])
    );
  }

  evaluateNonNullElement(expression, { contextNode = this.rootNode } = {}) {
    const node = this.evaluate(expression, contextNode, null, 9).singleNodeValue;
    if (node === null) throw new Error(`nothing at ${expression}`);
    return node;
  }

  evaluate(expression, context, resolver, type) {
    const root = this.rootNode ?? context.ownerDocument ?? context;
    const places = [];
    const documents = [];
    const instances = {};
    const add = (node) => {
      places.push(node);
      documents.push(children(node, places));
    };
    add(root);
    for (const instance of children_named(this.model(), 'instance').slice(1)) {
      instances[instance.getAttribute('id')] = documents.length;
      add(instance);
    }
    const prefixes = {};
    for (const [, prefix] of expression.matchAll(/([\w-]+):(?!:)/g)) {
      const uri = typeof resolver === 'function' ? resolver(prefix) : resolver?.lookupNamespaceURI?.(prefix);
      if (uri) prefixes[prefix] = uri;
    }
    const question = {
      documents,
      instances,
      expression,
      prefixes,
      texts: this.texts(),
      context: places.lastIndexOf(context),
      now: Date.now(),
      zone: this.zone,
    };
    return new Result(ask(question), type ?? 0, places);
  }
}

class Result {
  constructor(answer, type, places) {
    if (answer.error) throw new Error(answer.error);
    this.resultType = type || { number: 1, string: 2, boolean: 3, nodes: 4 }[answer.type];
    this.stringValue = answer.string;
    this.numberValue = Number(answer.number === 'inf' ? Infinity : answer.number === '-inf' ? -Infinity : answer.number);
    this.booleanValue = answer.boolean;
    if (this.resultType >= 4 && answer.type !== 'nodes') throw new Error(`${answer.type} is no node-set`);
    this.nodes = (answer.nodes ?? []).map((place) => places[place]);
    this.singleNodeValue = this.nodes[0] ?? null;
    this.snapshotLength = this.nodes.length;
    this.next = 0;
  }
  iterateNext() {
    return this.nodes[this.next++] ?? null;
  }
  snapshotItem(index) {
    return this.nodes[index] ?? null;
  }
}

export { Evaluator, Evaluator as DefaultEvaluator, Evaluator as TestXFormsXPathEvaluator };
