// The frame: which view is shown, the theme, the settings. Each view is a module that exports
// show(place, rest) and may return a function to be called when it is left.
import { button, el, icon, say } from './dom.js';
import { settingsDialog } from './preferences.js';
import { setTheme } from './settings.js';
import * as chat from './chat.js';
import * as label from './label.js';
import * as review from './review.js';
import * as runs from './runs.js';
import * as versions from './versions.js';

const VIEWS = [
  { path: 'chat', name: 'Chat', view: chat },
  { path: 'label', name: 'Label', view: label },
  { path: 'review', name: 'Review', view: review },
  { path: 'versions', name: 'Versions', view: versions },
  { path: 'runs', name: 'Runs', view: runs },
];

const main = document.getElementById('main');
const links = VIEWS.map(v => el('a', { href: `#/${v.path}` }, icon(v.path), el('span', {}, v.name)));
document.getElementById('nav').append(...links);

const themed = button(
  '',
  () => {
    setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    drawTheme();
  },
  { kind: 'plain square', icon: 'dark' },
);
const drawTheme = () => {
  const dark = document.documentElement.dataset.theme === 'dark';
  const text = dark ? 'Switch to light' : 'Switch to dark';
  themed.replaceChildren(icon(dark ? 'light' : 'dark'));
  themed.setAttribute('aria-label', text);
  themed.title = text;
};
new MutationObserver(drawTheme).observe(document.documentElement, { attributeFilter: ['data-theme'] });
drawTheme();
document
  .getElementById('tools')
  .append(themed, button('', settingsDialog, { kind: 'plain square', icon: 'settings', label: 'Settings' }));

let leave = null;

function route(moved) {
  const [path, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  const at = Math.max(0, VIEWS.findIndex(v => v.path === path));
  leave?.();
  links.forEach((link, i) => (i === at ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current')));
  const place = el('div', { class: `view ${VIEWS[at].path}` });
  main.replaceChildren(place);
  main.scrollTop = 0;
  document.title = `${VIEWS[at].name} · Luthier`;
  leave = VIEWS[at].view.show(place, rest.map(decodeURIComponent)) ?? null;
  if (moved) {
    main.focus({ preventScroll: true });
    say(VIEWS[at].name);
  }
}

document.querySelector('.skip').addEventListener('click', e => {
  e.preventDefault(); // the hash belongs to the views
  main.focus();
});
addEventListener('hashchange', () => route(true));
route(false);
