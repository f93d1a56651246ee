// What this browser remembers: the rater's pseudonym, the theme. Nothing else of a person is kept.

const read = key => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

export const remember = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is switched off: it holds until the page is closed
  }
};

export const remembered = read;

let name = read('luthier-rater');
if (!name) {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  name = `rater-${[...letters].map(b => 'abcdefghjkmnpqrstuvwxyz23456789'[b % 31]).join('')}`;
  remember('luthier-rater', name);
}

/** The pseudonym under which feedback is given; the server stores no more than a salted hash. */
export const rater = () => name;

export function setRater(value) {
  name = value;
  remember('luthier-rater', value);
}

/** 'auto', 'light' or 'dark'. */
export const theme = () => read('luthier-theme') ?? 'auto';

export function setTheme(value) {
  remember('luthier-theme', value);
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = value === 'auto' ? system : value;
}
