// The chat: one conversation, its answers streamed, each with what people may say of it.
import { events, get, request } from './api.js';
import { field } from './dialog.js';
import { button, el, empty, icon, say } from './dom.js';
import { markdown } from './markdown.js';
import { opinions } from './opinions.js';
import { remember, remembered } from './settings.js';

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
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && matchMedia('(hover: hover)').matches) {
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
      await stream([...mine], options.read(), about, cut.signal, piece => {
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
    if (about.id) {
      foot.prepend(opinions(about, words, reply, () => once(question, mine, reply)));
    }
    if (about.end === 'stopped' || about.end === 'length') {
      foot.prepend(el('p', { class: 'quiet' }, about.end === 'length' ? 'Ended at the limit of tokens.' : 'Stopped.'));
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

/** Reads the stream of one completion into `about` and hands on each piece of text. */
async function stream(messages, chosen, about, signal, piece) {
  const { system, ...settings } = chosen;
  const body = { messages: system ? [{ role: 'system', content: system }, ...messages] : messages, stream: true, user: conversation, ...settings };
  const response = await request('POST', '/v1/chat/completions', body, { signal });
  about.version = response.headers.get('Luthier-Version') ?? '';
  for await (const data of events(response)) {
    if (data === '[DONE]') {
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      throw new Error(chunk.error.message);
    }
    about.id ||= chunk.id ?? '';
    about.version ||= chunk.system_fingerprint ?? '';
    const choice = chunk.choices?.[0];
    about.end = choice?.finish_reason ?? about.end;
    if (choice?.delta?.content) {
      piece(choice.delta.content);
    }
  }
  if (!about.end) {
    throw new Error('The answer broke off: the server closed the connection.');
  }
}

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

/** Which version is asked, and how it draws; kept for the next visit. */
function sampling() {
  const kept = JSON.parse(remembered('luthier-sampling') ?? '{}');
  const model = el('select', { name: 'model' }, el('option', { value: '' }, 'The deployed version'));
  const system = el('textarea', { rows: '2', name: 'system', value: kept.system ?? '' });
  const warmth = el('input', { type: 'number', name: 'temperature', min: '0', max: '2', step: '0.1', value: kept.temperature ?? '0.7' });
  const tokens = el('input', { type: 'number', name: 'max_tokens', min: '1', step: '1', value: kept.max_tokens ?? '256' });
  get('/v1/models')
    .then(all => {
      model.append(...all.data.map(m => el('option', { value: m.id }, m.id)));
      model.value = kept.model ?? '';
      if (model.selectedIndex < 0) {
        model.selectedIndex = 0;
      }
    })
    .catch(() => {}); // the list is a convenience: a message's own failure is shown
  const read = () => {
    const chosen = { model: model.value || undefined, system: system.value.trim() || undefined };
    if (warmth.value !== '') {
      chosen.temperature = Number(warmth.value);
    }
    if (tokens.value !== '') {
      chosen.max_tokens = Number(tokens.value);
    }
    return chosen;
  };
  const element = el(
    'details',
    { class: 'sampling', onchange: () => remember('luthier-sampling', JSON.stringify(read())) },
    el('summary', {}, 'Options'),
    el(
      'div',
      { class: 'grid' },
      field('Version', model),
      field('Temperature', warmth),
      field('Most tokens', tokens),
      el('div', { class: 'wide' }, field('System message', system)),
    ),
  );
  return { element, read };
}
