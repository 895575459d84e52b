// The playground: one state, in the fragment of the address; whatever changes it, everything is shown anew.

import { addressOf, describing, reference } from './address.mjs';
import { code } from './code.mjs';
import { announce, byId } from './dom.mjs';
import { allFormats, memory, placeholder } from './extras.mjs';
import { hints } from './hints.mjs';
import { panel } from './panel.mjs';
import { picker } from './picker.mjs';
import { presets } from './presets.mjs';
import { ask, bytesInWords } from './reply.mjs';
import { result } from './result.mjs';
import { sources } from './sources.mjs';
import { changed, read, write } from './state.mjs';

/** How long somebody has to be still before a picture is asked for. */
const stillMs = 250;

let state = read(location.hash);
let description;
let running;
let soon;

const getState = () => state;
const get = (name) => state.asked[name];
const set = (changes) => setState(changed(state, changes));

function setState(next) {
  state = next;
  history.replaceState(null, '', `#${write(state)}`);
  showState();
  clearTimeout(soon);
  soon = setTimeout(askForAll, stillMs);
}

const view = result({ figure: byId('figure'), facts: byId('facts'), notes: byId('notes'), failure: byId('failure') }, { set });
const showPanel = panel(byId('panel'), { get, set });
const showPicker = picker(byId('picker'), { get, set });
const gallery = await sources({ place: byId('samples'), form: byId('source-form'), field: byId('source'), files: byId('files'), said: byId('dropped') }, { getState, setState });
const showCode = code({ address: byId('address'), meaning: byId('meaning'), tabs: byId('tabs') }, { getState, getAlt: () => gallery.altOf(state.source) });
const showFormats = allFormats(byId('formats'), byId('formats-body'), { getState, set });
const showPresets = presets(byId('presets'), { get, set });

/** What needs no answer. */
function showState() {
  gallery.show(state);
  showPanel();
  showPresets();
  showPicker(state, description?.of === state.source ? description : undefined);
  showCode();
}

/** The picture, what is known of it, and the one before it; a newer state ends all of it. */
async function askForAll() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  const asked = state;
  view.waiting();
  try {
    const [reply, told] = await Promise.all([ask(addressOf('', asked), { signal }), ask(describing(asked), { signal })]);
    // What is wrong with one address need not be wrong with the original: the picker keeps working.
    const plain = told.failure ? await ask(describing({ source: asked.source, asked: {} }), { signal }) : told;
    const found = plain.failure ? undefined : { ...JSON.parse(plain.text), of: asked.source };
    description = told.failure && found ? { source: found.source, plan: { area: { x: 0, y: 0, width: found.source.width, height: found.source.height } }, of: asked.source } : found;
    const whole = told.failure ? undefined : found;
    view.show(reply);
    view.facts(reply, whole);
    view.notes(reply.failure ? [] : hints(asked, whole));
    showPicker(asked, description);
    memory(byId('memory'), whole);
    placeholder(byId('placeholder'), whole, addressOf('', { source: asked.source, asked: { w: '480', h: 'auto', fit: 'scale-down', f: 'auto', n: '1' } }));
    announce(reply.failure ? `Error: ${reply.failure.message}` : `The result has ${bytesInWords(reply.bytes)}`);
    showFormats();
    if (reply.failure || reply.text !== undefined) return;
    await view.compare(await ask(addressOf('', reference(asked, whole?.plan.frames > 1)), { signal }));
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
}

addEventListener('hashchange', () => setState(read(location.hash)));
byId('reset').addEventListener('click', () => setState({ source: state.source, asked: {} }));

setState(state.source === '' ? gallery.first : state);
