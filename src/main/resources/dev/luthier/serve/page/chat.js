// The chat: one conversation, its answers streamed, each with what people may say of it.
import { complete } from './completion.js';
import { button, el, empty, icon, say } from './dom.js';
import { markdown } from './markdown.js';
import { opinions } from './opinions.js';
import { sampling } from './sampling.js';

let messages = []; // the conversation outlives a look at another view
let entries = [];
let conversation = crypto.getRandomValues(new Uint32Array(2)).join('-');

const OPENERS = ['What can you help me with?', 'Explain a fugue to a ten-year-old.', 'Write a haiku about varnish.'];

export function show(place) {
  let stop = null;
  const log = el('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation', tabindex: '0' });
  const text = el('textarea', {
    rows: '1',
    'aria-label': 'Your message',
    placeholder: 'Write a message',
    name: 'message',
    oninput: () => grow(text),
    onkeydown: e => {
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && !matchMedia('(pointer: coarse)').matches) {
        e.preventDefault();
        send();
      }
    },
  });
  const go = button('', () => (stop ? stop() : send()), { kind: 'main round', icon: 'send', label: 'Send' });
  const options = sampling();
  const fresh = button('New chat', restart, { kind: 'plain', icon: 'fresh' });
  place.append(
    el('h1', { class: 'hidden' }, 'Chat'),
    log,
    el(
      'div',
      { class: 'composer' },
      el('div', { class: 'box' }, text, go),
      el('div', { class: 'row under' }, options.element, fresh),
    ),
  );
  draw();
  text.focus({ preventScroll: true });

  function draw() {
    log.replaceChildren(...(entries.length > 0 ? entries : [opening()]));
    fresh.hidden = entries.length === 0;
    log.scrollTop = log.scrollHeight;
  }

  function opening() {
    return empty(
      'Ask the model something',
      'The answer says which version gave it. A thumb, a corrected answer or a comment teaches the next one.',
      OPENERS.map(o => button(o, () => ((text.value = o), send()))),
    );
  }

  function restart() {
    stop?.();
    messages = [];
    entries = [];
    conversation = crypto.getRandomValues(new Uint32Array(2)).join('-');
    draw();
    text.focus();
  }

  function add(entry) {
    entries.push(entry);
    if (entries.length === 1) {
      log.replaceChildren();
    }
    log.append(entry);
    fresh.hidden = false;
    log.scrollTop = log.scrollHeight;
  }

  async function send() {
    const asked = text.value.trim();
    if (!asked || stop) {
      return;
    }
    text.value = '';
    grow(text);
    log.querySelectorAll('.again').forEach(b => b.remove()); // only the last answer has an alternative
    const question = { role: 'user', content: asked };
    messages.push(question);
    add(el('article', { class: 'said user', 'aria-label': 'You' }, el('div', { class: 'text' }, asked)));
    await answer(question);
  }

  /** Another answer to the same question; the conversation goes on with that one. */
  function once(question, mine, reply) {
    if (stop || mine.at(-1) !== reply) {
      return;
    }
    mine.pop();
    log.querySelectorAll('.again').forEach(b => b.remove());
    answer(question);
  }

  async function answer(question) {
    const mine = messages;
    const words = el('div', { class: 'text', 'aria-busy': 'true' }, el('span', { class: 'dots', 'aria-label': 'Answering' }, el('i'), el('i'), el('i')));
    const foot = el('div', { class: 'foot' });
    const entry = el('article', { class: 'said model', 'aria-label': 'Answer' }, words, foot);
    add(entry);
    const reply = { role: 'assistant', content: '' };
    const about = { id: '', version: '', end: '' };
    const cut = new AbortController();
    stop = () => cut.abort();
    turn('stop', 'Stop the answer');
    say('Answering');
    try {
      await complete([...mine], { user: conversation, ...(await options.read()) }, about, cut.signal, piece => {
        reply.content += piece;
        later(() => drawWords(words, reply.content, log));
      });
    } catch (e) {
      if (e.name === 'AbortError') {
        about.end = 'stopped';
      } else {
        about.end = 'failed';
        foot.append(
          el('div', { class: 'failure', role: 'alert' }, el('p', {}, e.message), button('Try again', () => {
            entries.splice(entries.indexOf(entry), 1);
            entry.remove();
            if (mine.at(-1) === reply) {
              mine.pop();
            }
            answer(question);
          })),
        );
      }
    } finally {
      stop = null;
      turn('send', 'Send');
      words.removeAttribute('aria-busy');
    }
    drawWords(words, reply.content, log);
    if (reply.content) {
      mine.push(reply);
      say(`Answer${about.version ? ` of ${about.version}` : ''}: ${reply.content}`);
    }
    if (about.id && whole(about)) {
      foot.prepend(opinions(about, words, reply, () => once(question, mine, reply)));
    }
    if (about.end === 'stopped' || about.end === 'length') {
      foot.prepend(el('p', { class: 'quiet' }, about.end === 'length' ? 'Ended at the limit of tokens.' : 'Stopped. Only answers that came to their end are kept, and take feedback.'));
    } else if (about.end !== 'failed' && !reply.content) {
      foot.prepend(el('p', { class: 'quiet' }, 'The model ended without a word.'));
    }
    follow(log, true);
  }

  function turn(shape, name) {
    go.replaceChildren(icon(shape));
    go.setAttribute('aria-label', name);
    go.title = name;
  }

  return () => stop?.();
}

/** Whether the server has the whole answer, and keeps it. */
const whole = about => about.end !== 'stopped' && about.end !== 'failed';

let frame = 0;

/** At most once a frame, however fast tokens come. */
function later(draw) {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(draw);
}

function drawWords(words, text, log) {
  cancelAnimationFrame(frame);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  words.replaceChildren(...markdown(text));
  follow(log, atEnd);
}

function follow(log, wanted) {
  if (wanted) {
    log.scrollTop = log.scrollHeight;
  }
}

function grow(text) {
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 200)}px`;
}
