// What a person may say of an answer: a thumb, a corrected text, ratings, a comment.
import { feedback } from './api.js';
import { field } from './dialog.js';
import { button, el, toast } from './dom.js';
import { markdown } from './markdown.js';

const ASPECTS = { helpful: 'Helpful', correct: 'Correct', clear: 'Clear', safe: 'Safe' };

/**
 * The row under an answer; `words` shows the answer, `reply` is its message in the conversation,
 * `again` asks for another answer.
 */
export function opinions(about, words, reply, again) {
  const panel = el('div', { class: 'panel' });
  const thumbs = ['up', 'down'].map(way =>
    button('', () => thumb(way), {
      kind: 'plain square',
      icon: way,
      label: way === 'up' ? 'Good answer' : 'Bad answer',
      'aria-pressed': 'false',
      'data-thumb': way,
    }),
  );
  const tools = [
    tool('edit', 'Correct the answer', edit),
    tool('rate', 'Rate the answer', rate),
    tool('comment', 'Comment on the answer', comment),
  ];
  const copy = button('', copied, { kind: 'plain square', icon: 'copy', label: 'Copy the answer' });
  const other = button('', again, { kind: 'plain square again', icon: 'again', label: 'Another answer, to be compared with this one under Label' });
  const version = el('span', { class: 'version', title: 'The version that gave this answer' }, about.version || 'version unknown');
  const row = { class: 'row opinions', role: 'group', 'aria-label': 'What you think of this answer' };
  return el('div', {}, el('div', row, thumbs, tools, other, copy, version), panel);

  async function copied() {
    try {
      await navigator.clipboard.writeText(reply.content);
      toast('Copied.');
    } catch {
      toast('The browser does not let this page copy.', 'bad');
    }
  }

  function tool(shape, label, open) {
    const turn = () => {
      const was = one.getAttribute('aria-expanded') === 'true';
      shut();
      if (!was) {
        one.setAttribute('aria-expanded', 'true');
        open(one);
      }
    };
    const one = button('', turn, { kind: 'plain square', icon: shape, label, 'aria-expanded': 'false', 'data-tool': shape });
    return one;
  }

  function shut() {
    tools.forEach(t => t.setAttribute('aria-expanded', 'false'));
    panel.replaceChildren();
  }

  async function thumb(way) {
    const [mine, other] = way === 'up' ? thumbs : [...thumbs].reverse();
    if (mine.getAttribute('aria-pressed') === 'true') {
      return;
    }
    const before = other.getAttribute('aria-pressed');
    mine.setAttribute('aria-pressed', 'true');
    other.setAttribute('aria-pressed', 'false');
    if (!(await sent({ thumb: way }, 'Thank you.'))) {
      mine.setAttribute('aria-pressed', 'false');
      other.setAttribute('aria-pressed', before);
    }
  }

  async function sent(said, thanks) {
    try {
      await feedback({ answer: about.id, ...said });
      toast(thanks);
      return true;
    } catch (e) {
      toast(e.message, 'bad');
      return false;
    }
  }

  /** A small form under the answer; Escape closes it. */
  function form(opener, fields, yes, said, thanks, done = () => {}) {
    const close = () => {
      shut();
      opener.focus();
    };
    const make = el(
      'form',
      {
        class: 'stack',
        onsubmit: async e => {
          e.preventDefault();
          const body = said();
          if (body && (await sent(body, thanks))) {
            done();
            close();
          }
        },
        onkeydown: e => e.key === 'Escape' && close(),
      },
      fields,
      el('div', { class: 'row end' }, button('Cancel', close), el('button', { class: 'button main', type: 'submit' }, yes)),
    );
    panel.replaceChildren(make);
    make.querySelector('textarea, input')?.focus();
    make.scrollIntoView({ block: 'nearest' });
  }

  function edit(opener) {
    const text = el('textarea', { rows: '6', name: 'edit', required: true, value: reply.content });
    form(
      opener,
      field('The answer as it should have been', text, 'The conversation goes on with your text.'),
      'Save',
      () => (text.value.trim() && text.value !== reply.content ? { edit: text.value } : void toast('Nothing was changed yet.', 'bad')),
      'Saved. The corrected answer teaches the next version.',
      () => {
        reply.content = text.value;
        words.replaceChildren(...markdown(reply.content), el('p', { class: 'quiet' }, 'Corrected by you.'));
      },
    );
  }

  function rate(opener) {
    const rows = Object.entries(ASPECTS).map(([key, name]) =>
      el(
        'fieldset',
        { class: 'scale' },
        el('legend', {}, name),
        [1, 2, 3, 4, 5].map(n => el('label', {}, el('input', { type: 'radio', name: `${about.id}-${key}`, value: n, 'data-aspect': key, 'aria-label': `${name}: ${n} of 5` }), el('span', {}, n))),
      ),
    );
    form(
      opener,
      [el('p', { class: 'quiet' }, 'From 1, poor, to 5, excellent. Leave out what you cannot judge.'), el('div', { class: 'scales' }, rows)],
      'Save',
      () => {
        const given = [...panel.querySelectorAll('input:checked')].map(i => [i.dataset.aspect, Number(i.value)]);
        return given.length > 0 ? { ratings: Object.fromEntries(given) } : void toast('Choose a number first.', 'bad');
      },
      'Thank you for the ratings.',
    );
  }

  function comment(opener) {
    const text = el('textarea', { rows: '3', name: 'comment', required: true });
    form(
      opener,
      field('What should the model learn from this answer?', text),
      'Send',
      () => (text.value.trim() ? { comment: text.value.trim() } : null),
      'Thank you for the comment.',
    );
  }
}
