package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns texts with a class into questions: a template asks, and a word answers for each class
 * (Schick and Schuetze 2020, https://arxiv.org/abs/2001.07676, section 3).
 *
 * @param template holds {@code {text}} and, for two texts, {@code {text_pair}}
 * @param words what stands for each class, in the order of the classes
 * @param style whether the filled template is plain text or what the user of a chat says
 */
public record Verbalizer(String template, Map<String, String> words, Style style) {
  private static final Pattern FIELD = Pattern.compile("\\{([a-z][a-z0-9_]*)}");
  private static final String TEXT = "text";
  private static final String PAIR = "text_pair";

  /** How a prompt reaches the model. */
  public enum Style {
    /** As it is; the answer stands directly behind it. */
    PLAIN,
    /** As the user's message, through the model's chat template. */
    CHAT
  }

  public Verbalizer {
    checkTemplate(template);
    Set<String> seen = new HashSet<>();
    words.forEach(
        (label, word) -> {
          if (word.isBlank()) {
            throw new UserError("rank_classify.words: label \"%s\" has no word".formatted(label));
          }
          if (!seen.add(word.strip())) {
            throw new UserError(
                "rank_classify.words: \"%s\" stands for two labels; each needs its own"
                    .formatted(word.strip()));
          }
        });
    if (words.size() < 2) {
      throw new UserError(
          "rank_classify needs at least two labels to choose from, was " + words.keySet());
    }
    words = Collections.unmodifiableMap(new LinkedHashMap<>(words));
  }

  /**
   * @throws UserError if the template names no text, or fields that there are none of
   */
  public static void checkTemplate(String template) {
    Set<String> fields = fields(template);
    if (!fields.contains(TEXT)) {
      throw new UserError(
          "rank_classify.template must hold {text}, was \"%s\"".formatted(template));
    }
    fields.removeAll(List.of(TEXT, PAIR));
    if (!fields.isEmpty()) {
      throw new UserError(
          "rank_classify.template knows {text} and {text_pair}, but names {%s}"
              .formatted(String.join("}, {", fields)));
    }
  }

  /**
   * For the classes of some rows.
   *
   * @param words may be empty: then every class stands for itself
   * @throws UserError if a class of theirs has no word, or there are no two classes
   */
  public static Verbalizer of(
      String template, Map<String, String> words, Style style, Samples train) {
    LabelSet found = LabelSet.of(train);
    Map<String, String> all = new LinkedHashMap<>(words);
    if (words.isEmpty()) {
      found.names().forEach(name -> all.put(name, name));
    }
    List<String> mute = new ArrayList<>(found.names());
    mute.removeAll(all.keySet());
    if (!mute.isEmpty()) {
      throw new UserError(
          "rank_classify.words has no word for label \"%s\"; it has words for %s"
              .formatted(mute.get(0), String.join(", ", all.keySet())));
    }
    return new Verbalizer(template, all, style);
  }

  public LabelSet labels() {
    return new LabelSet(List.copyOf(words.keySet()));
  }

  /** The question with its right answer. */
  Example.Choice of(Example.Labelled row) {
    return new Example.Choice(question(row.text(), row.pair()), labels().id(row.label()));
  }

  /**
   * @throws UserError if the template wants a second text and there is none, or the other way round
   */
  public Question question(String text, Optional<String> pair) {
    boolean two = fields(template).contains(PAIR);
    if (two != pair.isPresent()) {
      throw new UserError(
          two
              ? "rank_classify.template has {text_pair}, but there is one text only"
              : "there are two texts, but rank_classify.template has no {text_pair}");
    }
    Matcher fields = FIELD.matcher(template);
    String prompt =
        fields.replaceAll(
            field ->
                Matcher.quoteReplacement(field.group(1).equals(TEXT) ? text : pair.orElseThrow()));
    List<String> choices = List.copyOf(words.values());
    return style == Style.CHAT
        ? new Question.Chat(List.of(Message.of("user", prompt)), choices)
        : new Question.Plain(prompt, choices);
  }

  private static Set<String> fields(String template) {
    Set<String> out = new HashSet<>();
    FIELD.matcher(template).results().forEach(field -> out.add(field.group(1)));
    return out;
  }
}
