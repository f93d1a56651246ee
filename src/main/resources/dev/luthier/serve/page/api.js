// Every word to the server goes through here: token, rater, errors in words.
import { askToken } from './dialog.js';
import { rater } from './settings.js';

const TOKEN = 'luthier-token';

/** A reply that is no success; its message is fit to be shown. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

let held = ''; // where the browser lets the page store nothing

export const token = {
  get: () => {
    try {
      return sessionStorage.getItem(TOKEN) ?? '';
    } catch {
      return held;
    }
  },
  set: value => {
    try {
      sessionStorage.setItem(TOKEN, value);
    } catch {
      held = value;
    }
  },
};

const PLAIN = /^[\x20-\x7e]*$/; // what every header can carry

function headers(body) {
  const all = { 'Luthier-Rater': PLAIN.test(rater()) ? rater() : encodeURIComponent(rater()) };
  if (token.get()) {
    if (!PLAIN.test(token.get())) {
      throw new Refused('The token has letters that cannot be sent. Enter it again under Settings.', 0);
    }
    all.Authorization = `Bearer ${token.get()}`;
  }
  if (body !== undefined) {
    all['Content-Type'] = 'application/json';
  }
  return all;
}

async function once(method, path, body, more) {
  const sent = headers(body);
  try {
    return await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      ...more,
    });
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new Refused('The server cannot be reached. Is it running, and is this device online?', 0);
  }
}

let asking = null; // one question for the token, however many requests wait for it

/** The response of a success; asks for the token where the server wants one, and tries again. */
export async function request(method, path, body, more = {}) {
  let sent = token.get();
  let response = await once(method, path, body, more);
  while (response.status === 401) {
    if (token.get() === sent) {
      const said = await words(response);
      asking ??= askToken(said, sent !== '').finally(() => (asking = null));
      const given = await asking;
      if (given === null) {
        throw new Refused('The server wants a token. Enter it under Settings to go on.', 401);
      }
      token.set(given);
    }
    sent = token.get();
    response = await once(method, path, body, more);
  }
  if (!response.ok) {
    throw new Refused(await words(response), response.status);
  }
  return response;
}

/** What an error's body says, in OpenAI's form; else what its status means. */
async function words(response) {
  const text = await response.text().catch(() => '');
  try {
    const said = JSON.parse(text).error?.message;
    if (said) {
      return said;
    }
  } catch {
    // no JSON: a proxy's page
  }
  const later = response.headers.get('Retry-After');
  return response.status === 429 || response.status === 503
    ? `The server is busy${later ? `; try again in ${later} s` : '; try again in a moment'}.`
    : `The server answered ${response.status} ${response.statusText}`.trim() + '.';
}

export async function get(path) {
  const response = await request('GET', path);
  return response.status === 204 ? null : response.json();
}

export async function post(path, body = {}, more = {}) {
  const response = await request('POST', path, body, more);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/** Something a rater says of an answer; the id makes a second try harmless. */
export const feedback = (said, more) => post('/v1/feedback', { id: crypto.randomUUID?.() ?? fallbackId(), ...said }, more);

// randomUUID exists only over TLS and on loopback.
function fallbackId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map(b => b.toString(16).padStart(2, '0')).join('');
}

/** The data lines of a stream of server-sent events, as they come. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? '';
    const lines = rest.split(/\r?\n/);
    rest = done ? '' : lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) {
        yield line.slice(5).trim();
      }
    }
    if (done) {
      return;
    }
  }
}
