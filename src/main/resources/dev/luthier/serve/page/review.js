// Feedback that the filter did not trust, for a person to decide; and who gave how much of it.
import { get, post } from './api.js';
import { field } from './dialog.js';
import { button, el, empty, failure, say, toast, waiting } from './dom.js';
import { markdown } from './markdown.js';
import { remember, remembered } from './settings.js';
import { ago, many, percent } from './words.js';

export function show(place, [tab]) {
  const raters = tab === 'raters';
  const body = el('div', {});
  place.append(
    el('div', { class: 'head' }, el('div', {}, el('h1', {}, 'Review'), el('p', { class: 'quiet' }, 'What the filter did not trust waits here. Nothing of it is learnt from until a person accepts it.'))),
    el(
      'nav',
      { class: 'tabs', 'aria-label': 'Review' },
      el('a', { href: '#/review', 'aria-current': raters ? null : 'page' }, 'Quarantine'),
      el('a', { href: '#/review/raters', 'aria-current': raters ? 'page' : null }, 'Raters'),
    ),
    body,
  );
  return raters ? showRaters(body) : showQuarantine(body);
}

function showQuarantine(body) {
  let at = 0; // the card that keys act on
  const name = el('input', { name: 'by', value: remembered('luthier-reviewer') ?? '', autocomplete: 'off', maxlength: '100', placeholder: 'your name', onchange: () => remember('luthier-reviewer', name.value.trim()) });
  const cards = () => [...body.querySelectorAll('.card')];
  load();

  const pressed = e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, textarea, select, dialog')) {
      return;
    }
    const all = cards();
    const inside = all.indexOf(e.target.closest?.('.card'));
    at = inside >= 0 ? inside : at;
    const move = { j: 1, k: -1 }[e.key];
    if (move && all.length > 0) {
      e.preventDefault();
      at = Math.min(all.length - 1, Math.max(0, inside < 0 ? 0 : at + move));
      all[at].focus();
    } else if (inside >= 0 && (e.key === 'a' || e.key === 'r')) {
      e.preventDefault();
      all[inside].querySelector(e.key === 'a' ? '[data-accept]' : '[data-reject]').click();
    }
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);

  async function load() {
    body.replaceChildren(waiting());
    try {
      const { items, total } = await get('/api/quarantine');
      if (items.length === 0) {
        body.replaceChildren(nothing());
        return;
      }
      body.replaceChildren(
        el('div', { class: 'row between' }, el('p', { class: 'quiet', 'data-total': total }, `${many(total, 'item')} to decide${total > items.length ? `, the oldest ${items.length} shown` : ''}`), el('p', { class: 'quiet keys' }, el('kbd', {}, 'J'), ' ', el('kbd', {}, 'K'), ' move, ', el('kbd', {}, 'A'), ' accept, ', el('kbd', {}, 'R'), ' reject')),
        field('You review as', name),
        el('div', { class: 'cards' }, items.map(card)),
      );
    } catch (e) {
      body.replaceChildren(failure(e, load));
    }
  }

  function card(item) {
    const { feedback, answer, other, decision } = item;
    const one = el(
      'article',
      { class: 'card', tabindex: '-1', 'aria-label': `Feedback of ${feedback.rater}` },
      el('header', { class: 'row between' }, el('strong', {}, told(feedback.said)), el('span', { class: 'quiet' }, ago(feedback.at))),
      el('ul', { class: 'reasons', 'aria-label': 'Why it is here' }, decision.reasons.map(r => el('li', {}, r))),
      el('dl', { class: 'facts' }, fact('Rater', feedback.rater), fact('Version', answer.version), fact('Weight', percent(decision.weight))),
      block('Asked', String(answer.prompt.at(-1)?.content ?? '')),
      block(other ? 'Its answer' : 'Answered', answer.text),
      other && block(`The other answer, of ${other.version}`, other.text),
      feedback.said.text && block(feedback.said.kind === 'edit' ? 'Corrected to' : 'Comment', feedback.said.text, 'given'),
      el(
        'div',
        { class: 'row end' },
        button('Reject', () => decide(false), { kind: 'bad', 'data-reject': true }),
        button('Accept', () => decide(true), { kind: 'good', 'data-accept': true }),
      ),
    );
    return one;

    async function decide(accept) {
      const by = name.value.trim();
      if (!by) {
        toast('Say first under which name you review.', 'bad');
        name.focus();
        return;
      }
      one.querySelectorAll('button').forEach(b => (b.disabled = true));
      try {
        await post(`/api/quarantine/${encodeURIComponent(feedback.id)}`, { accept, by });
        const all = cards();
        const next = all[all.indexOf(one) + 1] ?? all[all.indexOf(one) - 1];
        one.remove();
        toast(accept ? 'Accepted.' : 'Rejected.');
        if (next) {
          next.focus();
        } else {
          load();
        }
      } catch (e) {
        one.querySelectorAll('button').forEach(b => (b.disabled = false));
        toast(e.message, 'bad');
      }
    }
  }

  function nothing() {
    say('The quarantine is empty');
    return empty('The quarantine is empty', 'When the filter doubts a piece of feedback, it is shown here with the reasons.', el('a', { class: 'button', href: '#/review/raters' }, 'See the raters'), button('Look again', load));
  }
}

const fact = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));

const block = (name, text, kind = '') => el('div', { class: `block ${kind}` }, el('span', { class: 'who' }, name), el('div', { class: 'text' }, text.trim() ? markdown(text) : el('p', { class: 'quiet' }, 'nothing')));

/** What was said, in words. */
function told(said) {
  switch (said.kind) {
    case 'thumb':
      return said.up ? 'Thumb up' : 'Thumb down';
    case 'ratings':
      return Object.entries(said.aspects).map(([aspect, n]) => `${aspect} ${n}/5`).join(', ');
    case 'choice':
      return { this: 'Preferred this answer', other: 'Preferred the other answer', tie: 'Found both equally good', neither: 'Found neither good' }[said.preferred];
    case 'edit':
      return 'Corrected the answer';
    default:
      return 'Commented';
  }
}

function showRaters(body) {
  load();

  async function load() {
    body.replaceChildren(waiting());
    try {
      const { raters } = await get('/api/raters');
      body.replaceChildren(raters.length === 0 ? empty('Nobody has given feedback yet', 'A thumb in the chat or a labelled pair is enough to appear here.', el('a', { class: 'button main', href: '#/label' }, 'Label a pair')) : table(raters));
    } catch (e) {
      body.replaceChildren(failure(e, load));
    }
  }

  function table(raters) {
    const sorted = [...raters].sort((a, b) => b.quarantined - a.quarantined || b.feedback - a.feedback);
    const columns = ['Rater', 'Weight', 'Given', 'Accepted', 'Quarantined', 'Rejected', 'Pending', 'Last'];
    return el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Raters' },
      el(
        'table',
        { class: 'table stacked' },
        el('thead', {}, el('tr', {}, columns.map((c, i) => el('th', { scope: 'col', class: i > 0 && i < 7 ? 'number' : '' }, c)))),
        el('tbody', {}, sorted.map(r => row(r, columns))),
      ),
    );
  }

  function row(r, columns) {
    const weight = r.accepted > 0 ? el('span', {}, el('meter', { min: 0, max: 1, low: 0.4, high: 0.7, optimum: 1, value: r.weight, 'aria-hidden': 'true' }), percent(r.weight)) : '–';
    const cells = [weight, r.feedback, r.accepted, r.quarantined, r.rejected, r.pending];
    return el(
      'tr',
      {},
      el('th', { scope: 'row', class: 'name', title: r.rater }, r.rater),
      cells.map((c, i) => el('td', { class: 'number', 'data-name': columns[i + 1] }, c === 0 ? '0' : c)),
      el('td', { 'data-name': 'Last' }, ago(r.last)),
    );
  }
}
