// Numbers and times as people read them.

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const UNITS = [['day', 86_400], ['hour', 3600], ['minute', 60]];

/** "3 hours ago"; older than a month, the date. */
export function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) {
    return '';
  }
  if (seconds < -30 * 86_400) {
    return new Date(time).toLocaleDateString(undefined, { dateStyle: 'medium' });
  }
  const [unit, size] = UNITS.find(([, s]) => Math.abs(seconds) >= s) ?? ['second', 1];
  return unit === 'second' ? 'just now' : relative.format(Math.round(seconds / size), unit);
}

/** Four digits that count: 0.01234, 12.35, 1 235 000 as 1.235e6. */
export function figure(value) {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return String(value ?? '–');
  }
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) {
    return value.toExponential(2).replace(/\.?0*e\+?/, 'e');
  }
  return String(Number(value.toPrecision(4)));
}

export const percent = share => `${Number((share * 100).toPrecision(3))} %`;

export const many = (n, one, more = `${one}s`) => `${n.toLocaleString()} ${n === 1 ? one : more}`;
