// Settings: who gives the feedback, the theme, the token, and a rater's right to their own data.
import { request, token } from './api.js';
import { ask, field } from './dialog.js';
import { button, el, toast } from './dom.js';
import { rater, setRater, setTheme, theme } from './settings.js';

export async function settingsDialog() {
  const name = el('input', { value: rater(), required: true, maxlength: '60', autocomplete: 'off', name: 'rater' });
  const look = el('select', { name: 'theme' }, ['auto', 'light', 'dark'].map(v => el('option', { value: v, selected: v === theme() }, { auto: 'As the system', light: 'Light', dark: 'Dark' }[v])));
  const key = el('input', { type: 'password', value: token.get(), autocomplete: 'off', name: 'token' });
  const saved = await ask({
    title: 'Settings',
    fields: [
      field('Pseudonym', name, 'Your feedback is given under it. The server keeps only a salted hash.'),
      field('Theme', look),
      field('Token', key, 'Only where the server wants one. Kept in this tab alone.'),
      el(
        'fieldset',
        { class: 'group' },
        el('legend', {}, 'Your feedback on this server'),
        el('div', { class: 'row' }, button('Export', exportMine), button('Delete all of it', deleteMine, { kind: 'bad' })),
      ),
    ],
    yes: 'Save',
    read: () => ({ name: name.value.trim(), look: look.value, key: key.value.trim() }),
  });
  if (saved) {
    setRater(saved.name || rater());
    setTheme(saved.look);
    token.set(saved.key);
    toast('Settings saved.');
  }
}

async function exportMine() {
  try {
    const mine = await (await request('GET', '/v1/feedback/export')).blob();
    const url = URL.createObjectURL(mine);
    el('a', { href: url, download: 'my-feedback.jsonl' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (e) {
    toast(e.message, 'bad');
  }
}

async function deleteMine() {
  const sure = await ask({
    title: 'Delete all your feedback?',
    text: `Everything given as “${rater()}” is removed from the server's store. This cannot be undone.`,
    yes: 'Delete',
    kind: 'bad',
  });
  if (sure) {
    try {
      await request('DELETE', '/v1/feedback');
      toast('Your feedback was deleted.');
    } catch (e) {
      toast(e.message, 'bad');
    }
  }
}
