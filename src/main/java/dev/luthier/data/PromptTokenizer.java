package dev.luthier.data;

import java.util.Optional;

/**
 * Makes prompts that the model answers itself.
 *
 * @param written knows how prompts become tokens
 * @param samples how often each is answered
 * @param most how many tokens an answer may have
 */
public record PromptTokenizer(SftTokenizer written, int samples, int most)
    implements RowMaker<PromptRow> {

  @Override
  public PromptRow make(Example example) {
    Example.Prompt asked = (Example.Prompt) example;
    int[] ids =
        asked.prompt() instanceof String text
            ? written.prompt(text)
            : written.prompt(asked.messages(), asked.tools());
    return new PromptRow(ids, samples, most);
  }

  /** A prompt that was cut would ask for something else. */
  @Override
  public Optional<PromptRow> cut(Example example, int maxLength) {
    return Optional.empty();
  }

  @Override
  public String excess(PromptRow row) {
    return "%d tokens with an answer of up to %d".formatted(row.length(), most);
  }

  @Override
  public Tokenizer tokenizer() {
    return written.tokenizer();
  }

  /** The answer that the data expects is marked, though the model does not read it. */
  @Override
  public String show(Example example, boolean colours) {
    String prompt = tokenizer().decode(make(example).ids(), false);
    return ((Example.Prompt) example)
        .expected()
        .map(text -> prompt + Marked.learnt(text, colours))
        .orElse(prompt);
  }

  @Override
  public Unit unit() {
    return Unit.of("prompts");
  }
}
