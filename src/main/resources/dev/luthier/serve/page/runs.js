// Training runs: the list, and the curves of one while it trains.
import { get } from './api.js';
import { chart } from './chart.js';
import { el, empty, failure, waiting } from './dom.js';
import { ago, figure, many } from './words.js';

const LOOK = 2000; // ms between two looks at a run's metrics

export function show(place, rest) {
  return rest.length > 0 ? one(place, rest.join('/')) : all(place);
}

const path = name => name.split('/').map(encodeURIComponent).join('/');

function all(place) {
  const body = el('div', {});
  place.append(el('div', { class: 'head' }, el('div', {}, el('h1', {}, 'Runs'), el('p', { class: 'quiet' }, 'Every training run that keeps its metrics, the newest first.'))), body);
  load();

  async function load() {
    body.replaceChildren(waiting());
    try {
      const { runs } = await get('/api/runs');
      body.replaceChildren(
        runs.length === 0
          ? empty('No run yet', 'A cycle trains a reward model and a policy; their curves appear here while they are drawn.', el('a', { class: 'button main', href: '#/versions' }, 'To the cycles'))
          : el('ul', { class: 'list' }, runs.map(r => el('li', {}, el('a', { href: `#/runs/${path(r.name)}` }, el('strong', {}, r.name), el('span', { class: 'quiet' }, `step ${r.step}${r.loss === null ? '' : ` · loss ${figure(r.loss)}`} · ${ago(r.at)}`))))),
      );
    } catch (e) {
      body.replaceChildren(failure(e, load));
    }
  }
}

/** Which curves come first; the rest follow by name. */
const FIRST = ['loss', 'eval/loss', 'reward', 'accuracy', 'kl', 'lr'];

const rank = name => {
  const at = FIRST.findIndex(f => name === f || name.includes(f));
  return at < 0 ? FIRST.length : at;
};

const inOrder = (a, b) => rank(a) - rank(b) || a.localeCompare(b);

function one(place, name) {
  let next = 0;
  let timer = 0;
  let gone = false;
  let series = new Map(); // name -> [{step, value}]
  let steps = -1;
  const status = el('p', { class: 'quiet', role: 'status', 'aria-live': 'off' }, 'Loading …');
  const plots = el('div', { class: 'plots' });
  const drawn = new Map();
  place.append(
    el('div', { class: 'head' }, el('div', {}, el('a', { class: 'back', href: '#/runs' }, '← All runs'), el('h1', {}, name), status)),
    plots,
  );
  look();
  return () => {
    gone = true;
    clearTimeout(timer);
    drawn.forEach(d => d.remove());
  };

  async function look() {
    try {
      let more = true;
      while (more && !gone) {
        const page = await get(`/api/runs/${path(name)}/metrics?from=${next}`);
        if (page.next < next || (page.lines[0]?.step ?? Infinity) < steps) {
          again(); // the run went back to a checkpoint: its file was cut
          continue;
        }
        take(page.lines);
        next = page.next;
        more = page.more;
      }
      draw();
    } catch (e) {
      plots.replaceChildren(failure(e, look));
      drawn.clear();
      return;
    }
    if (!gone) {
      timer = setTimeout(look, LOOK);
    }
  }

  function again() {
    next = 0;
    steps = -1;
    series = new Map();
  }

  function take(lines) {
    for (const { step, ...values } of lines) {
      steps = step;
      for (const [key, value] of Object.entries(values)) {
        if (key === 'clock/time') {
          continue;
        }
        if (!series.has(key)) {
          series.set(key, []);
        }
        series.get(key).push({ step, value: Number(value) });
      }
    }
  }

  function draw() {
    status.textContent = steps < 0 ? 'Nothing was logged yet; the curves appear with the first step.' : `At step ${steps} · ${many(series.size, 'curve')} · drawn anew every ${LOOK / 1000} s`;
    for (const key of [...series.keys()].sort(inOrder)) {
      if (!drawn.has(key)) {
        drawn.set(key, chart(key));
        plots.replaceChildren(...[...drawn.keys()].sort(inOrder).map(k => drawn.get(k).element));
      }
      drawn.get(key).draw(series.get(key));
    }
  }
}
