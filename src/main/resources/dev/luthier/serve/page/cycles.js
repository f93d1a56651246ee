// The cycles of improvement: what each has done, and the button that starts one.
import { get, post } from './api.js';
import { ask } from './dialog.js';
import { button, el, failure, toast } from './dom.js';
import { ago } from './words.js';

const LOOK = 5000; // ms between two looks

/** Draws them and keeps looking; `changed` is called when a cycle ended. */
export function cycles(place, changed) {
  let timer = 0;
  let last = '';
  let gone = false;
  const start = button('Start a cycle', begin, { 'data-cycle': true });
  const list = el('div', {});
  place.append(
    el('div', { class: 'head' }, el('div', {}, el('h2', {}, 'Cycles'), el('p', { class: 'quiet' }, 'Accepted feedback becomes a reward model, that a policy, and the policy a version if it passes the gate.')), start),
    list,
  );
  look();
  return () => {
    gone = true;
    clearTimeout(timer);
  };

  async function look() {
    clearTimeout(timer);
    try {
      const { cycles: all } = await get('/api/cycles');
      const now = JSON.stringify(all.map(c => [c.name, c.stage, c.outcome]));
      if (last && last !== now) {
        changed();
      }
      last = now;
      list.replaceChildren(all.length === 0 ? el('p', { class: 'quiet' }, 'No cycle has run yet.') : el('ol', { class: 'timeline' }, [...all].reverse().map(entry)));
    } catch (e) {
      list.replaceChildren(failure(e, look));
      return;
    }
    if (!gone) {
      timer = setTimeout(look, LOOK);
    }
  }

  async function begin() {
    const sure = await ask({
      title: 'Start a cycle now?',
      text: 'The process of “luthier online” begins it as soon as it can, with what was accepted so far. A version that passes the gate is tried as the recipe says.',
      yes: 'Start',
    });
    if (sure) {
      try {
        await post('/api/cycles');
        toast('Asked for. It is listed here when it begins.');
        look();
      } catch (e) {
        toast(e.message, 'bad');
      }
    }
  }
}

const KINDS = { promoted: 'good', ready: 'good', refused: 'bad', 'rolled back': 'bad', abandoned: '' };

function entry(c) {
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'row between' },
      el('div', { class: 'row' }, el('strong', {}, c.name), el('span', { class: `tag ${KINDS[c.outcome] ?? 'warn'}` }, c.outcome ?? `at ${c.stage ?? 'its end'}`)),
      el('span', { class: 'quiet' }, ago(c.at)),
    ),
    el('p', { class: 'quiet' }, `Tunes ${c.parent}${c.version ? `, made ${c.version}` : ''}. Why it began: ${c.trigger}.`),
    c.reasons.length > 0 && el('ul', { class: 'quiet' }, c.reasons.map(r => el('li', {}, r))),
  );
}
