// Stands in for web-forms' engine: the nodes that their tests ask and answer, told by ours.
// Typed values (numbers, dates, places) are turned into texts and back by web-forms' own code; all else is ours.
import { createSignal } from 'solid-js';
import { getSharedValueCodec } from 'web-forms-codecs';
import { talk } from './talk.mjs';

const tell = talk(process.env.SCENARIO_PROGRAM);

export const constants = {
  MISSING_RESOURCE_BEHAVIOR: { ERROR: 'ERROR', BLANK: 'BLANK', DEFAULT: 'ERROR' },
  INSTANCE_FILE_NAME: 'xml_submission_file',
  INSTANCE_FILE_TYPE: 'text/xml',
};

function ask(question) {
  const answer = tell({ ...question, now: Date.now() });
  if (answer.error) throw new Error(answer.error);
  return answer;
}

const text_of = async (source) => (typeof source === 'string' ? source : await source.text());

async function external_files(xml, { fetchFormAttachment, missingResourceBehavior } = {}) {
  const files = {};
  for (const [, address] of xml.matchAll(/<(?:\w+:)?instance\b[^>]*\bsrc="([^"]*)"/g)) {
    try {
      const response = await fetchFormAttachment(new URL(address));
      if (response.status === 404 || response.ok === false) throw new Error(`no ${address}`);
      const kind = response.headers?.get('content-type') ?? '';
      files[address] = await response.text();
      if (/geo\+?json/.test(kind) && !/json$/.test(address)) throw new Error(`${address} does not say what it is`);
    } catch (error) {
      if (missingResourceBehavior !== 'BLANK') {
        if (address === 'jr://instance/last-saved') continue;
        throw error;
      }
      files[address] = '<root/>';
    }
  }
  return files;
}

class Form {
  static async load(source, options) {
    const xml = await text_of(source);
    const form = new Form();
    form.said = ask({ do: 'define', xml, external: await external_files(xml, options) });
    form.status = 'success';
    form.warnings = null;
    form.error = null;
    return form;
  }

  begin(mode, config = {}, xml = undefined, places = []) {
    const given = config.preloadProperties ?? {};
    const properties = {
      deviceid: given.deviceID ?? '',
      email: given.email ?? '',
      username: given.username ?? '',
      phonenumber: given.phoneNumber ?? '',
      'phone number': given.phoneNumber ?? '',
    };
    const zone = process.env.TZ ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { filling } = ask({ do: 'begin', form: this.said.form, mode, xml, properties, places, zone });
    return { formResult: this, mode, root: new Filling(this, filling, config).root };
  }

  createInstance = (config) => this.begin('create', config ?? this.config);
  resetInstance = (config) => this.begin('create', config ?? this.config);
  restoreInstance = async (input, config) => {
    return this.begin('restore', config ?? this.config, await record(input), await places(config ?? this.config));
  };
  editInstance = async (input, config) => {
    return this.begin('edit', config ?? this.config, await record(input), await places(config ?? this.config));
  };
}

async function record(input) {
  if (input.resolveInstance) return text_of(await input.resolveInstance());
  const held = input.data.map((data) => data.get(constants.INSTANCE_FILE_NAME)).find((file) => file !== null);
  if (!held) throw new Error('no record');
  return new TextDecoder().decode(await read_blob(held));
}

const read_blob = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });

// Ours asks where the device is at once; theirs waits for an answer. So the first answers are asked for beforehand.
async function places(config) {
  const provider = config?.geolocationProvider;
  if (!provider) return [];
  const answers = [];
  for (let index = 0; index < 12; index++) answers.push(await provider.getLocation().catch(() => ''));
  return answers;
}

export async function loadForm(source, options) {
  return Form.load(source, options);
}

export async function createInstance(source, { form: options, instance: config } = {}) {
  const form = await Form.load(source, options);
  form.config = config;
  return form.begin('create', config, undefined, await places(config));
}

export async function editInstance(source, input, { form: options, instance: config } = {}) {
  const form = await Form.load(source, options);
  form.config = config;
  return form.editInstance(input, config);
}

export async function restoreInstance(source, input, { form: options, instance: config } = {}) {
  const form = await Form.load(source, options);
  form.config = config;
  return form.restoreInstance(input, config);
}

const flags = (words) => {
  const held = Object.fromEntries((words ?? []).map((word) => [word, true]));
  Object.defineProperty(held, Symbol.iterator, { value: () => (words ?? [])[Symbol.iterator]() });
  return held;
};

const range = (role, said) =>
  said && {
    role,
    asString: said.text,
    get imageSource() {
      return said.forms?.image && new URL(said.forms.image);
    },
    get audioSource() {
      return said.forms?.audio && new URL(said.forms.audio);
    },
    get videoSource() {
      return said.forms?.video && new URL(said.forms.video);
    },
    *[Symbol.iterator]() {
      yield { source: 'literal', asString: said.text };
    },
  };

class Filling {
  constructor(form, number, config) {
    this.form = form;
    this.number = number;
    this.config = config;
    [this.version, this.set_version] = createSignal(0);
    this.nodes = new Map();
    this.read();
    this.root = this.nodes.get(this.tree.id);
  }

  ask(question) {
    return ask({ ...question, filling: this.number });
  }

  change(question) {
    const answer = this.ask(question);
    this.stale = true;
    this.set_version((version) => version + 1);
    return answer;
  }

  /** All nodes by id, asked for anew when something changed. */
  get told() {
    if (this.stale) this.read();
    return this.held;
  }

  read() {
    this.stale = false;
    this.tree = this.ask({ do: 'state' });
    this.held = new Map();
    const visit = (said, parent) => {
      this.held.set(said.id, said);
      if (!this.nodes.has(said.id)) this.nodes.set(said.id, new Node(this, said, parent));
      for (const child of said.children ?? []) visit(child, this.nodes.get(said.id));
    };
    visit(this.tree, null);
  }
}

const GROUPS = new Set(['root', 'group', 'repeat-instance', 'repeat-range:controlled', 'repeat-range:uncontrolled']);

class Node {
  constructor(filling, said, parent) {
    this.filling = filling;
    this.nodeId = `node:${said.id}`;
    this.id = said.id;
    this.last = said;
    this.nodeType = said.kind;
    this.valueType = ['select', 'rank'].includes(said.kind) ? 'string' : said.kind === 'upload' ? 'binary' : said.type;
    this.selectType = said.many ? 'select' : 'select1';
    this.parent = parent;
    const shown = said.appearance !== null && said.appearance !== undefined;
    this.appearances = shown ? flags(said.appearance) : null;
    this.nodeOptions = said.kind === 'upload' ? { media: media(said.media) } : null;
    this.definition = {
      type: said.kind,
      nodeset: said.path.replace(/\[\d+\]/g, ''),
      qualifiedName: { localName: said.name },
      localName: said.name,
      bodyElement: said.range && { bounds: { min: said.range[0], max: said.range[1], step: said.range[2] } },
    };
    if (said.kind === 'root') {
      this.classes = flags(filling.form.said.style);
      const names = filling.form.said.languages;
      this.languages = names.length
        ? names.map((language) => ({ language, isSyntheticDefault: undefined }))
        : [{ language: '', isSyntheticDefault: true }];
      this.language = this.languages[0];
    }
    this.currentState = state(this);
    this.validationState = validation(this);
    const node = this;
    this.instanceState = {
      get instanceXML() {
        node.filling.version();
        return node.filling.ask({ do: 'preview' }).xml;
      },
    };
  }

  get root() {
    return this.filling.root;
  }

  get said() {
    this.filling.version();
    const said = this.filling.told.get(this.id);
    if (said) this.last = said;
    return this.last;
  }

  /** What is shown, asked for when it is looked at. */
  get shown() {
    const version = this.filling.version();
    if (this.looked?.version !== version) {
      const range = this.nodeType.startsWith('repeat-range');
      const shown = range ? { label: this.said.label, hint: null } : this.filling.ask({ do: 'look', path: this.said.path });
      this.looked = { version, shown };
    }
    return this.looked.shown;
  }

  get text() {
    const said = this.said;
    return said.relevant ? said.value : '';
  }

  get codec() {
    return getSharedValueCodec(this.valueType);
  }

  answer(value) {
    this.filling.change({ do: 'answer', path: this.said.path, value });
    return this.root;
  }

  setValue(value) {
    if (this.nodeType === 'trigger') return this.answer(value ? 'OK' : '');
    if (this.nodeType === 'upload') return this.answer(value ? value.name : '');
    return this.answer(value === null ? '' : this.codec.encodeValue(value));
  }

  selectValue(value) {
    return this.selectValues(value === null ? [] : [value]);
  }

  selectValues(values) {
    // A client offers what is offered; their engine drops the rest.
    const offered = values.filter((value) => this.getValueOption(value));
    if (this.selectType === 'select1' && offered.length > 1) throw new Error('only one can be chosen');
    return this.answer(offered.join(' '));
  }

  setValues(values) {
    const offered = this.shown.choices.map((choice) => choice.value);
    for (const value of values) if (!offered.includes(value)) throw new Error(`${value} is not offered`);
    if (values.length && offered.some((value) => !values.includes(value))) throw new Error('not all are ranked');
    return this.answer(values.join(' '));
  }

  isSelected(value) {
    return this.currentState.value.includes(value);
  }

  getValueOption(value) {
    return this.currentState.valueOptions.find((option) => option.value === value) ?? null;
  }

  getValueLabel(value) {
    return this.getValueOption(value)?.label ?? null;
  }

  addInstances(after = undefined, count = 1) {
    const { around, field } = this.said;
    for (let added = 0; added < count; added++) {
      this.filling.change({ do: 'add', path: around, field, at: after === undefined ? null : after + 1 + added });
    }
    return this.root;
  }

  removeInstances(start, count = 1) {
    const paths = this.said.children.slice(start, start + count).map((child) => child.path);
    for (const path of paths.reverse()) this.filling.change({ do: 'remove', path });
    return this.root;
  }

  setLanguage(language) {
    if (!language.isSyntheticDefault) this.filling.change({ do: 'language', name: language.language });
    this.language = language;
    return this;
  }

  async prepareInstancePayload({ payloadType = 'monolithic' } = {}) {
    const { xml } = this.filling.change({ do: 'submission' });
    const data = new FormData();
    const { INSTANCE_FILE_NAME: name, INSTANCE_FILE_TYPE: type } = constants;
    data.set(name, new File([xml], name, { type }));
    const { violations } = this.validationState;
    const { action, key } = this.filling.form.said;
    return {
      payloadType,
      status: violations.length ? 'pending' : 'ready',
      violations: violations.length ? violations : null,
      submissionMeta: {
        submissionAction: action ? new URL(action) : null,
        submissionMethod: 'post',
        encryptionKey: key,
      },
      data: [data],
    };
  }
}

function media(accept) {
  const [, type, subtype] = /^([^/]+)\/([^/]+)$/.exec(accept ?? '') ?? [];
  return type ? { accept, type, subtype } : { accept: accept ?? '*', type: null, subtype: null };
}

function state(node) {
  return {
    get reference() {
      return node.said.path;
    },
    get relevant() {
      return node.said.relevant;
    },
    get readonly() {
      return node.said.readonly;
    },
    get required() {
      return node.said.required;
    },
    get label() {
      return range('label', node.shown.label);
    },
    get hint() {
      return range('hint', node.shown.hint);
    },
    get activeLanguage() {
      node.filling.version();
      return node.language;
    },
    get children() {
      if (!GROUPS.has(node.nodeType)) return null;
      return node.said.children.map((child) => node.filling.nodes.get(child.id));
    },
    get instanceValue() {
      return node.text;
    },
    get value() {
      if (node.nodeType === 'select' && node.selectType === 'select1') return node.text ? [node.text] : [];
      if (['select', 'rank'].includes(node.nodeType)) return node.text.split(/\s+/).filter((word) => word);
      if (node.nodeType === 'trigger') return node.text === 'OK';
      if (GROUPS.has(node.nodeType) || node.nodeType === 'upload') return null;
      if (node.nodeType === 'note' && node.text === '') return null;
      return node.codec.decodeValue(node.text);
    },
    get valueOptions() {
      if (!['select', 'rank'].includes(node.nodeType)) return null;
      return node.shown.choices.map(({ value, label, properties }) => ({
        value,
        label: range('item-label', label ?? { text: value }),
        properties,
      }));
    },
    get attributes() {
      return node.said.attributes.map(({ name, path, value, relevant }) => ({
        nodeType: 'attribute',
        definition: { qualifiedName: { localName: name } },
        currentState: { value, relevant, reference: path },
      }));
    },
  };
}

function validation(node) {
  const violation = () => {
    const { problem } = node.shown;
    if (!problem || problem.condition === 'other') return null;
    const role = { constraint: 'constraintMsg', required: 'requiredMsg' }[problem.condition];
    const message = problem.message === null ? null : range(role, { text: problem.message });
    return { condition: problem.condition, valid: false, message };
  };
  const of = (condition) => {
    const found = violation();
    return found?.condition === condition ? found : { condition, valid: true, message: null };
  };
  return {
    get constraint() {
      return of('constraint');
    },
    get required() {
      return of('required');
    },
    get violation() {
      return violation();
    },
    get violations() {
      if (!GROUPS.has(node.nodeType)) return [];
      return node.currentState.children.flatMap((child) => {
        if (GROUPS.has(child.nodeType)) return child.validationState.violations;
        const { violation } = child.validationState;
        return violation ? [{ nodeId: child.nodeId, reference: child.currentState.reference, violation }] : [];
      });
    },
  };
}
