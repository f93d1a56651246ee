package dev.luthier.model;

import dev.luthier.error.UserError;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * What the files of an encoder family call things.
 *
 * @param prefix what models with a head put before the names of the model below
 * @param trunk builds what is below the head, given what its names begin with
 * @param sequence builds the head that scores a sequence
 * @param masked builds the head that predicts tokens, on a table of tokens
 */
record EncoderFamily(
    String prefix,
    BiFunction<Parts, String, Trunk> trunk,
    BiFunction<HeadParts, Integer, SequenceHead> sequence,
    BiFunction<Parts, Slot, Predictions> masked)
    implements Family {
  private static final Map<String, EncoderFamily> KNOWN =
      new TreeMap<>(
          Map.of(
              "bert",
              new EncoderFamily("bert.", Bert::trunk, Bert::scorer, Bert::predictions),
              "roberta",
              new EncoderFamily(
                  "roberta.", Roberta::trunk, Roberta::scorer, Roberta::predictions)));

  /**
   * @throws UserError if config.json names no encoder that is built
   */
  static EncoderFamily of(ModelConfig config) {
    EncoderFamily found = KNOWN.get(config.modelType());
    if (found == null) {
      throw new UserError(
          "%s: model_type \"%s\" is not built as an encoder; known are %s"
              .formatted(config.file(), config.modelType(), String.join(", ", KNOWN.keySet())));
    }
    return found;
  }

  static boolean has(ModelConfig config) {
    return KNOWN.containsKey(config.modelType());
  }

  @Override
  public Trunk below(Parts parts) {
    return trunk.apply(parts, prefix);
  }

  @Override
  public SequenceHead scorer(HeadParts parts, int labels) {
    return sequence.apply(parts, labels);
  }

  @Override
  public TokenHead tagger(HeadParts parts, int labels) {
    long hidden = parts.parts().config().hiddenSize();
    return new TokenHead(
        Bert.headDrop(parts.parts()), parts.linear("classifier", true, labels, hidden));
  }
}
