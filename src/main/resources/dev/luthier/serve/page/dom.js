// Elements are made here and nowhere else. Every text becomes a text node: nothing that a model, a
// user or a file said is ever read as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** el('p', {class: 'quiet', onclick: f}, 'text', otherElement): falsy children are left out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat(Infinity).filter(c => c || c === 0).map(c => (c instanceof Node ? c : String(c))));
  return element;
}

/** A button; without a text it is an icon that is named by its label. */
export function button(text, onclick, { kind = '', label, icon: shape, ...more } = {}) {
  return el(
    'button',
    { type: 'button', class: `button ${kind}`, 'aria-label': label, title: label, onclick, ...more },
    shape && icon(shape),
    text && el('span', {}, text),
  );
}

/** What an empty view says: what it is for, and what to do next. */
export function empty(title, text, ...actions) {
  return el('div', { class: 'empty' }, el('h2', {}, title), el('p', {}, text), actions.length > 0 && el('div', { class: 'row' }, actions));
}

/** Something failed, in words. */
export function failure(error, again) {
  return el(
    'div',
    { class: 'failure', role: 'alert' },
    el('p', {}, error.message),
    again && button('Try again', again),
  );
}

/** A figure shown while something is fetched. */
export const waiting = () => el('p', { class: 'waiting', role: 'status' }, 'Loading …');

/** A passing note at the edge; with a kind 'bad' it stays longer. */
export function toast(text, kind = '') {
  const note = el('div', { class: `toast ${kind}` }, text);
  document.getElementById('toasts').append(note);
  setTimeout(() => note.remove(), kind === 'bad' ? 9000 : 4000);
}

/** Said to a screen reader, once. */
export function say(text) {
  document.getElementById('spoken').textContent = text;
}

const SHAPES = {
  chat: 'M4 5.500h16v11H10.500L6 20v-3.500H4z',
  label: 'M3.500 5h7v14h-7zM13.500 5h7v14h-7z',
  review: 'M12 3l7.500 3v5.500c0 4.500-3 7.700-7.500 9.500-4.500-1.800-7.500-5-7.500-9.500V6zM9 12l2.200 2.200L15.200 10',
  versions: 'M7 4v16M7 8.500c0 4 10 2 10 6.500v1M7 4.500m-1.800 0a1.800 1.800 0 1 0 3.600 0a1.800 1.800 0 1 0-3.600 0M17 18m-1.800 0a1.800 1.800 0 1 0 3.600 0a1.800 1.800 0 1 0-3.600 0',
  runs: 'M4 4v16h16M7.500 15.500l3.500-5 3 2.500 5-7',
  up: 'M7.500 11v9H4v-9zM7.500 11l4-7.500c1.500 0 2.500 1 2.200 2.600L13 9.500h5.300c1.300 0 2.100 1.100 1.800 2.300l-1.600 6.600c-.2.900-1 1.600-2 1.600h-9',
  down: 'M16.500 13V4H20v9zM16.500 13l-4 7.500c-1.500 0-2.500-1-2.200-2.600l.7-3.400H5.700c-1.300 0-2.100-1.100-1.800-2.300l1.600-6.600c.2-.9 1-1.600 2-1.600h9',
  edit: 'M4 20l1-4L16 5l3 3L8 19z',
  comment: 'M4 5.500h16v11H10.500L6 20v-3.500H4zM8 9.500h8M8 12.500h5',
  rate: 'M12 3.500l2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900L3.500 9.700l5.900-.8z',
  copy: 'M8 8h11v12H8zM5 16V4h11',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  settings: 'M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4',
  light: 'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100',
  dark: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  fresh: 'M12 5v14M5 12h14',
  again: 'M19 12a7 7 0 1 1-2.100-5M19.500 3.500V8H15',
};

export function icon(name) {
  return svg('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, svg('path', { d: SHAPES[name] }));
}
