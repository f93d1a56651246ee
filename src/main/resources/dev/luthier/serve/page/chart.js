// A curve as inline SVG. Long runs are thinned to what a pixel can show: of the points that fall on
// one column, the first, the lowest, the highest and the last.
import { el, svg } from './dom.js';
import { figure } from './words.js';

const HEIGHT = 190;
const PAD = { left: 58, right: 12, top: 12, bottom: 26 };

export function chart(name) {
  const readout = el('span', { class: 'readout' });
  const frame = el('div', { class: 'plot' });
  const element = el('figure', { class: 'card chart', 'data-curve': name }, el('figcaption', { class: 'row between' }, el('strong', {}, name), readout), frame);
  let points = [];
  let shown = '';
  const sized = new ResizeObserver(() => paint());
  sized.observe(frame);
  return { element, draw, remove: () => sized.disconnect() };

  function draw(all) {
    const finite = all.filter(p => Number.isFinite(p.value));
    const last = all.at(-1);
    const now = `${all.length}:${last?.step}:${last?.value}`;
    if (now !== shown) {
      shown = now;
      points = finite;
      paint();
    }
  }

  function paint() {
    const width = Math.floor(frame.clientWidth);
    if (width < 120) {
      return;
    }
    if (points.length === 0) {
      frame.replaceChildren(el('p', { class: 'quiet' }, 'No finite number yet.'));
      return;
    }
    const x = scale(points[0].step, points.at(-1).step, PAD.left, width - PAD.right);
    const values = points.map(p => p.value);
    const y = scale(least(values), most(values), HEIGHT - PAD.bottom, PAD.top);
    const last = points.at(-1);
    const line = thin(points, x, width).map((p, i) => `${i ? 'L' : 'M'}${x.at(p.step).toFixed(1)} ${y.at(p.value).toFixed(1)}`);
    const mark = svg('circle', { class: 'mark', r: 3.5, cx: x.at(last.step), cy: y.at(last.value) });
    frame.replaceChildren(
      svg(
        'svg',
        {
          viewBox: `0 0 ${width} ${HEIGHT}`,
          height: HEIGHT,
          role: 'img',
          'aria-label': `${name}: ${figure(points[0].value)} at step ${points[0].step}, ${figure(last.value)} at step ${last.step}, lowest ${figure(y.low)}, highest ${figure(y.high)}`,
          onpointermove: e => hover(e, x, y, mark),
          onpointerleave: () => read(last, x, y, mark),
        },
        ticks(y.low, y.high, 4).map(v => [
          svg('line', { class: 'rule', x1: PAD.left, x2: width - PAD.right, y1: y.at(v), y2: y.at(v) }),
          svg('text', { class: 'tick', x: PAD.left - 8, y: y.at(v) + 4, 'text-anchor': 'end' }, figure(v)),
        ]),
        ticks(x.low, x.high, width > 420 ? 6 : 4).filter(v => Number.isInteger(v)).map(v => svg('text', { class: 'tick', x: x.at(v), y: HEIGHT - 8, 'text-anchor': 'middle' }, figure(v))),
        svg('path', { class: 'line', d: line.join('') }),
        mark,
      ),
    );
    read(last, x, y, mark);
  }

  function hover(e, x, y, mark) {
    const box = frame.getBoundingClientRect();
    const near = points.reduce((best, p) => (Math.abs(x.at(p.step) - (e.clientX - box.left)) < Math.abs(x.at(best.step) - (e.clientX - box.left)) ? p : best));
    read(near, x, y, mark);
  }

  function read(p, x, y, mark) {
    mark.setAttribute('cx', x.at(p.step));
    mark.setAttribute('cy', y.at(p.value));
    readout.textContent = `${figure(p.value)} at ${p.step}`;
  }
}

const least = values => values.reduce((a, b) => Math.min(a, b));
const most = values => values.reduce((a, b) => Math.max(a, b));

/** From [low, high] to [from, to]; a constant lies in the middle. */
function scale(low, high, from, to) {
  const span = high - low;
  return { low, high, at: v => (span > 0 ? from + ((v - low) / span) * (to - from) : (from + to) / 2) };
}

function thin(points, x, width) {
  if (points.length <= 2 * width) {
    return points;
  }
  const out = [];
  for (let i = 0; i < points.length; ) {
    const column = Math.floor(x.at(points[i].step));
    let j = i;
    while (j < points.length && Math.floor(x.at(points[j].step)) === column) {
      j++;
    }
    const inside = points.slice(i, j);
    const low = inside.reduce((a, b) => (b.value < a.value ? b : a));
    const high = inside.reduce((a, b) => (b.value > a.value ? b : a));
    out.push(...inside.filter((p, k) => k === 0 || p === low || p === high || k === inside.length - 1));
    i = j;
  }
  return out;
}

/** Round values in [low, high], about n of them. */
function ticks(low, high, n) {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find(m => m * power >= rough);
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    out.push(k * step);
  }
  return out;
}
