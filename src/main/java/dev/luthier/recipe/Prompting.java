package dev.luthier.recipe;

import dev.luthier.data.LossOn;
import dev.luthier.data.Message;
import dev.luthier.data.SftTokenizer;
import dev.luthier.model.Model;
import dev.luthier.model.Seq2Seq;
import dev.luthier.recipe.Writer.Manner;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Generator;
import java.util.List;
import java.util.Map;

/**
 * From words to what a model reads, and from what it writes to words.
 *
 * @param encodes whether an encoder reads the prompt, whose text has its end
 */
record Prompting(ModelFolder folder, SftTokenizer tokenizer, boolean encodes) {
  private static final int ROWS = 32;

  static Prompting of(ModelFolder folder, Model model) {
    return new Prompting(
        folder,
        new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.ALL),
        model instanceof Seq2Seq);
  }

  /** The tokens of a plain text. */
  int[] tokens(String text) {
    return encodes ? folder.tokenizer().encode(text, true).ids() : tokenizer.prompt(text);
  }

  /**
   * The tokens of a chat through the model's template.
   *
   * @param messages each with role and content
   */
  int[] tokens(List<Map<String, Object>> messages) {
    List<Message> chat =
        messages.stream().map(m -> new Message(String.valueOf(m.get("role")), m)).toList();
    return tokenizer.prompt(chat, List.of());
  }

  String text(int[] ids) {
    return folder.tokenizer().decode(ids, true);
  }

  Generator.Limits limits(Manner manner) {
    return new Generator.Limits(manner.maxNewTokens(), folder.endTokens(), manner.stop());
  }

  Budget budget(Manner manner) {
    return new Budget(ROWS, manner.cacheBytes());
  }
}
