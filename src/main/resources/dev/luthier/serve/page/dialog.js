// Questions that stop for an answer. <dialog> keeps the focus inside, and Escape says no.
import { button, el } from './dom.js';

/** Shows a form; resolves to what read() returns when it is sent, to null when it is left. */
export function ask({ title, text, fields = [], yes, no = 'Cancel', kind = 'main', read = () => true }) {
  return new Promise(resolve => {
    const heading = el('h2', { id: 'dialog-title' }, title);
    const form = el(
      'form',
      {
        onsubmit: e => {
          e.preventDefault();
          result = read();
          box.close();
        },
      },
      heading,
      text && el('p', {}, text),
      fields,
      el('div', { class: 'row end' }, no && button(no, () => box.close()), el('button', { class: `button ${kind}`, type: 'submit' }, yes)),
    );
    const box = el('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title' }, form);
    let result = null;
    box.addEventListener('close', () => {
      box.remove();
      resolve(result);
    });
    document.body.append(box);
    box.showModal();
  });
}

/** A labelled line of input. */
export function field(label, input, hint) {
  return el('label', { class: 'field' }, el('span', {}, label), input, hint && el('small', {}, hint));
}

/** The token, or null. */
export function askToken(said, wrong) {
  const input = el('input', { type: 'password', autocomplete: 'off', required: true, name: 'token' });
  return ask({
    title: wrong ? 'That token was refused' : 'This server wants a token',
    text: said,
    fields: [field('Token', input, 'Kept in this tab only, and gone when it is closed.')],
    yes: 'Continue',
    read: () => input.value.trim(),
  });
}
