package dev.luthier.doc;

/**
 * A value with a spelling of its own in a recipe, such as {@code 3%} or {@code all-linear}. The
 * type also has {@code public static T read(Object yaml)}, where {@code yaml} is what YAML made of
 * the text (String, Integer, Double, List ...); it throws {@link IllegalArgumentException} with the
 * rule alone ("a number of steps or a share such as 3%") when that is not a T. Reading what {@link
 * #written} gave returns an equal value.
 */
public interface Written {
  /** The value as plain YAML data. */
  Object written();
}
