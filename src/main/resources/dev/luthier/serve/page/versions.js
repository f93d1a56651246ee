// The versions of the model, what the gate measured on each, and which of them answers.
import { get, post } from './api.js';
import { ask, field } from './dialog.js';
import { button, el, empty, failure, toast, waiting } from './dom.js';
import { cycles } from './cycles.js';
import { ago, figure, percent } from './words.js';

export function show(place) {
  const head = el('div', { class: 'deployed' });
  const body = el('div', {});
  const below = el('section', { class: 'cycles' });
  place.append(
    el('div', { class: 'head' }, el('div', {}, el('h1', {}, 'Versions'), el('p', { class: 'quiet' }, 'A version never changes. One that fails its gate cannot be deployed.'))),
    head,
    body,
    below,
  );
  const leave = cycles(below, load);
  load();
  return leave;

  async function load() {
    if (!body.hasChildNodes()) {
      body.replaceChildren(waiting());
    }
    try {
      draw(await get('/api/versions'));
    } catch (e) {
      head.replaceChildren();
      body.replaceChildren(failure(e, load));
    }
  }

  function draw(all) {
    const back = all.canary ? all.canary.name : all.previous ? all.current : null;
    head.replaceChildren(
      el('div', { class: 'card answering' },
        el('div', {}, el('span', { class: 'who' }, 'Answers now'), el('strong', { 'data-current': all.current }, all.current)),
        all.canary && el('div', {}, el('span', { class: 'who' }, 'Canary'), el('strong', {}, `${all.canary.name} on ${percent(all.canary.share)}`), el('div', { class: 'share', 'aria-hidden': 'true' }, share(all.canary.share))),
        el('div', {}, el('span', { class: 'who' }, 'Before it'), el('strong', {}, all.previous ?? 'none')),
        back && button(all.canary ? `Stop the canary ${back}` : `Roll back ${back}`, () => rollBack(all, back), { kind: 'bad', 'data-rollback': true }),
      ),
    );
    const newest = [...all.versions].reverse();
    body.replaceChildren(el('div', { class: 'cards' }, newest.map(v => card(v, all))));
    if (newest.length === 1) {
      body.append(empty('Only the model as it came', 'The first cycle makes version v0001 out of the feedback that was accepted. Give some in the chat, or label pairs.', el('a', { class: 'button main', href: '#/label' }, 'Label pairs')));
    }
  }

  function share(part) {
    const bar = el('i');
    bar.style.width = `${part * 100}%`;
    return bar;
  }

  function card(v, all) {
    const tags = [
      v.name === all.current && el('span', { class: 'tag good' }, 'answers'),
      v.name === all.canary?.name && el('span', { class: 'tag warn' }, `canary, ${percent(all.canary.share)}`),
      v.name === all.previous && el('span', { class: 'tag' }, 'previous'),
      v.refused && el('span', { class: 'tag bad' }, 'refused by the gate'),
      v.rolled_back && el('span', { class: 'tag bad' }, 'rolled back'),
    ];
    const base = v.parent === '';
    return el(
      'article',
      { class: 'card version-card', 'data-version': v.name, 'aria-label': `Version ${v.name}` },
      el('header', { class: 'row between' },
        el('div', { class: 'row' }, el('h2', {}, v.name), tags),
        v.name !== all.current && !v.refused && button('Promote', () => promote(v, all), { kind: 'main', 'data-promote': v.name, label: `Promote ${v.name}` }),
      ),
      el('p', { class: 'quiet' }, base ? 'The model as it came, without an adapter.' : `Tuned from ${v.parent}, ${ago(v.at)}.`),
      v.gate ? gate(v.gate) : !base && el('p', { class: 'quiet' }, 'No gate was set: nothing was measured.'),
    );
  }

  async function promote(v, all) {
    const sure = await ask({
      title: `Promote ${v.name}?`,
      text: `${v.name} answers all requests from now on, in the place of ${all.current}. Answers that are being written end on the version that began them.`,
      yes: 'Promote',
    });
    if (sure) {
      await change(`/api/versions/${encodeURIComponent(v.name)}/promote`, {}, `${v.name} answers now.`);
    }
  }

  async function rollBack(all, name) {
    const why = el('input', { name: 'why', required: true, maxlength: '400', autocomplete: 'off' });
    const said = await ask({
      title: all.canary ? `Stop the canary ${name}?` : `Roll back ${name}?`,
      text: all.canary ? `${all.current} answers everything again.` : `${all.previous} answers everything again.`,
      fields: [field('Why', why, 'Kept in the history.')],
      yes: 'Roll back',
      kind: 'bad',
      read: () => why.value.trim(),
    });
    if (said) {
      await change('/api/versions/rollback', { why: said }, `${name} was taken back.`);
    }
  }

  async function change(path, asked, done) {
    try {
      await post(path, asked);
      toast(done);
    } catch (e) {
      toast(e.message, 'bad');
    }
    await load();
  }
}

function gate(report) {
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Gate' },
    el(
      'table',
      { class: 'table stacked' },
      el('caption', {}, report.passed ? 'Gate: passed' : 'Gate: refused'),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Check'), el('th', { scope: 'col', class: 'number' }, 'Measured'), el('th', { scope: 'col', class: 'number' }, 'Bound'), el('th', { scope: 'col' }, 'Verdict'), el('th', { scope: 'col' }, 'How it came about'))),
      el('tbody', {}, report.checks.map(c =>
        el('tr', {},
          el('th', { scope: 'row' }, c.name),
          el('td', { class: 'number', 'data-name': 'Measured' }, figure(c.figure)),
          el('td', { class: 'number', 'data-name': 'Bound' }, c.bound.replace('>=', '≥').replace('<=', '≤')),
          el('td', { 'data-name': 'Verdict' }, el('span', { class: `tag ${c.passed ? 'good' : 'bad'}` }, c.passed ? 'passed' : 'failed')),
          el('td', { class: 'quiet', 'data-name': 'How' }, c.told || '–'),
        ))),
    ),
  );
}
