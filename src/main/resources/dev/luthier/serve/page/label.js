// Two answers to one prompt, side by side, versions hidden: which is better? A choice is sent a few
// seconds late, so that it can be taken back.
import { feedback, get } from './api.js';
import { button, el, empty, failure, say, toast, waiting } from './dom.js';
import { markdown } from './markdown.js';
import { remember, remembered } from './settings.js';
import { twice } from './twice.js';

const HOLD = 5000; // ms in which a choice can be taken back
const ROUND = 20;

const CHOICES = [
  { preferred: 'this', text: 'Left is better', narrow: 'First is better', keys: ['1', 'ArrowLeft'], hint: '1 or ←' },
  { preferred: 'tie', text: 'Equally good', keys: ['3', 't'], hint: 'T' },
  { preferred: 'neither', text: 'Neither is good', keys: ['0', 'n'], hint: 'N' },
  { preferred: 'other', text: 'Right is better', narrow: 'Second is better', keys: ['2', 'ArrowRight'], hint: '2 or →' },
];

const day = () => new Date().toDateString();

function count() {
  const kept = JSON.parse(remembered('luthier-labelled') ?? '{}');
  return kept.day === day() ? kept.count : 0;
}

export function show(place) {
  let pair = null; // what is shown
  let held = null; // the choice that is not sent yet
  let asked = 0; // which question for a pair is the newest

  const progress = el('div', { class: 'progress' });
  const board = el('div', { class: 'board' });
  const undo = button('Undo', takeBack, { label: 'Undo the last choice (U)', disabled: true, 'aria-keyshortcuts': 'U' });
  const skip = button('Skip', () => load(), { label: 'Skip this pair (S)', 'aria-keyshortcuts': 'S' });
  place.append(
    el('div', { class: 'head' }, el('div', {}, el('h1', {}, 'Which answer is better?'), el('p', { class: 'quiet' }, 'Which version wrote which is hidden, and the sides are shuffled.')), el('div', { class: 'row' }, undo, skip)),
    progress,
    board,
  );
  drawProgress();
  load();

  const pressed = e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.('input, textarea, select, dialog')) {
      return;
    }
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const choice = CHOICES.find(c => c.keys.includes(key));
    if (choice && pair) {
      e.preventDefault();
      choose(choice);
    } else if (key === 'u' || key === 'Backspace') {
      e.preventDefault();
      takeBack();
    } else if (key === 's' && pair) {
      load();
    }
  };
  document.addEventListener('keydown', pressed);
  addEventListener('pagehide', flush);

  return () => {
    asked = -1;
    document.removeEventListener('keydown', pressed);
    removeEventListener('pagehide', flush);
    flush();
  };

  async function load() {
    const mine = ++asked;
    pair = null;
    skip.disabled = true;
    board.replaceChildren(waiting());
    try {
      const next = await get('/api/pairs/next');
      if (mine !== asked) {
        return; // the view was left, or a choice taken back
      }
      if (next) {
        draw(next);
      } else {
        const text = 'A pair is two different answers to one prompt, such as “another answer” in the chat makes.';
        board.replaceChildren(empty('No pair is waiting', text, el('a', { class: 'button', href: '#/chat' }, 'To the chat'), button('Look again', load)), twice(load));
      }
    } catch (e) {
      if (mine === asked) {
        board.replaceChildren(failure(e, load));
      }
    }
  }

  function draw(next) {
    pair = next;
    skip.disabled = false;
    const prompt = next.prompt.map(m => el('div', { class: `asked ${m.role}` }, el('span', { class: 'who' }, { user: 'Asked', assistant: 'Answered', system: 'System' }[m.role] ?? m.role), el('div', { class: 'text' }, String(m.content))));
    const side = (name, answer) => el('section', { class: 'side', 'aria-label': name }, el('h2', {}, name), el('div', { class: 'text', tabindex: '0' }, answer.text.trim() ? markdown(answer.text) : el('p', { class: 'quiet' }, 'An empty answer.')));
    const narrow = matchMedia('(max-width: 700px)').matches;
    board.replaceChildren(
      el('section', { class: 'prompt', 'aria-label': 'Prompt' }, prompt),
      el('div', { class: 'sides' }, side(narrow ? 'First' : 'Left', next.a), side(narrow ? 'Second' : 'Right', next.b)),
      el('div', { class: 'choices', role: 'group', 'aria-label': 'Your choice' }, CHOICES.map(c => button('', () => choose(c), { kind: 'choice', 'data-choice': c.preferred, 'aria-keyshortcuts': c.keys.join(' ') })).map((b, i) => (b.append(el('span', {}, (narrow && CHOICES[i].narrow) || CHOICES[i].text), el('kbd', {}, CHOICES[i].hint)), b))),
    );
    if (!document.activeElement || document.activeElement === document.body) {
      document.getElementById('main').focus({ preventScroll: true }); // the pressed button is gone
    }
    say(`New pair. ${next.prompt.at(-1)?.content ?? ''}`);
  }

  function choose(choice) {
    flush();
    const { a, b } = pair;
    held = { pair, said: { answer: a.answer, other: b.answer, preferred: choice.preferred }, timer: setTimeout(flush, HOLD) };
    undo.disabled = false;
    add(1);
    say(`${choice.text}. U takes it back.`);
    load();
  }

  function takeBack() {
    if (!held) {
      return;
    }
    clearTimeout(held.timer);
    const back = held.pair;
    held = null;
    asked++;
    undo.disabled = true;
    add(-1);
    draw(back);
    say('Taken back.');
  }

  /** Sends what is held; survives the closing of the page. */
  async function flush() {
    if (!held) {
      return;
    }
    const { said, timer } = held;
    clearTimeout(timer);
    held = null;
    undo.disabled = true;
    try {
      await feedback(said, { keepalive: true });
    } catch (e) {
      add(-1);
      toast(`The last choice was not saved: ${e.message}`, 'bad');
    }
  }

  function add(n) {
    remember('luthier-labelled', JSON.stringify({ day: day(), count: Math.max(0, count() + n) }));
    drawProgress();
  }

  function drawProgress() {
    const done = count();
    const here = done > 0 && done % ROUND === 0 ? ROUND : done % ROUND;
    progress.replaceChildren(
      el('progress', { max: ROUND, value: here, 'aria-label': `${here} of ${ROUND} in this round` }),
      el('span', { class: 'quiet' }, `${here} of ${ROUND} in this round · ${done} today`),
    );
  }
}
