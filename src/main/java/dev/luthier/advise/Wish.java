package dev.luthier.advise;

/** What is wanted beside a good model. */
public enum Wish implements Named {
  SIMPLE("little to set up and to get wrong"),
  ESTABLISHED("methods that many have used for long"),
  SWITCHING("tasks change often while the model is in use"),
  MODULAR("parts that can be combined, exchanged and added up"),
  CROSS_LINGUAL("what was learnt in one language is to be used in another"),
  NUANCED("preferences that no simple better-or-worse says"),
  SMALL("as few weights as can be for each task"),
  MERGED("one plain model in the end"),
  TOGETHER("many adapters served at once on one model"),
  LATENCY("answers as fast as those of the model alone"),
  CACHE("long contexts or large batches, for which keys and values take the memory");

  private final String words;

  Wish(String words) {
    this.words = words;
  }

  @Override
  public String words() {
    return words;
  }
}
