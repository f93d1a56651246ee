// A small reader of Markdown that builds elements out of text nodes: code, emphasis, lists,
// headings, paragraphs. Links and pictures stay the text they are, so an answer can lead nobody
// anywhere and fetch nothing.
import { el } from './dom.js';

const BULLET = /^\s{0,6}[-*+]\s+(.*)$/;
const NUMBER = /^\s{0,6}(\d{1,9})[.)]\s+(.*)$/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const FENCE = /^\s*(```+|~~~+)/;

export function markdown(text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const out = [];
  for (let i = 0; i < lines.length; ) {
    const fence = FENCE.exec(lines[i]);
    if (fence) {
      const end = lines.findIndex((line, j) => j > i && line.trim().startsWith(fence[1]));
      const stop = end < 0 ? lines.length : end;
      out.push(el('pre', { tabindex: '0' }, el('code', {}, lines.slice(i + 1, stop).join('\n'))));
      i = stop + 1;
    } else if (HEADING.test(lines[i])) {
      out.push(el('p', { class: 'heading' }, inline(HEADING.exec(lines[i])[2])));
      i++;
    } else if (BULLET.test(lines[i])) {
      i = list(lines, i, BULLET, 'ul', {}, out);
    } else if (NUMBER.test(lines[i])) {
      i = list(lines, i, NUMBER, 'ol', { start: NUMBER.exec(lines[i])[1] }, out);
    } else if (lines[i].trim() === '') {
      i++;
    } else {
      const from = i;
      while (i < lines.length && lines[i].trim() !== '' && !(i > from && starts(lines[i]))) {
        i++;
      }
      out.push(el('p', {}, inline(lines.slice(from, i).join('\n'))));
    }
  }
  return out;
}

const starts = line => [FENCE, HEADING, BULLET, NUMBER].some(pattern => pattern.test(line));

function list(lines, from, pattern, tag, attributes, out) {
  const items = [];
  let i = from;
  for (let match; i < lines.length && (match = pattern.exec(lines[i])); i++) {
    items.push(el('li', {}, inline(match[match.length - 1])));
  }
  out.push(el(tag, attributes, items));
  return i;
}

/** `code`, **strong**, *emphasis*; what is not closed stays as it was typed. */
function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|\*[^*\s][^*\n]*\*)/).map(part => {
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`')) {
      return el('code', {}, part.slice(1, -1));
    }
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**')) {
      return el('strong', {}, part.slice(2, -2));
    }
    if (part.length > 2 && part.startsWith('*') && part.endsWith('*')) {
      return el('em', {}, part.slice(1, -1));
    }
    return part;
  });
}
