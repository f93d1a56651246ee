package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SftTokenizerTest {
  private static final List<Message> CHAT =
      List.of(
          Message.of("user", "a"),
          Message.of("assistant", "b 🙂"),
          Message.of("user", "c"),
          Message.of("assistant", "d"));
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizer.load(TinyBase.DIR);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static String shown(Example example, Renderer renderer, LossOn lossOn) {
    return new SftTokenizer(tokenizer, Optional.of(renderer), lossOn)
        .tokenize(example)
        .show(false, id -> tokenizer.decode(new int[] {id}, false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsLearntOfAChat(boolean marks) {
    Renderer renderer = marks ? TinyBase::marked : TinyBase::unmarked;
    Example chat = new Example.Chat(CHAT, List.of());
    String head = "<|bos|><|user|>\na\n<|assistant|>\n";
    String middle = "<|user|>\nc\n<|assistant|>\n";
    assertThat(shown(chat, renderer, LossOn.ASSISTANT))
        .isEqualTo(head + "[[b 🙂<|eos|>]]" + middle + "[[d<|eos|>]]");
    assertThat(shown(chat, renderer, LossOn.LAST))
        .isEqualTo(head + "b 🙂<|eos|>" + middle + "[[d<|eos|>]]");
    assertThat(shown(chat, renderer, LossOn.COMPLETION))
        .isEqualTo(head + "b 🙂<|eos|>" + middle + "[[d<|eos|>]]");
    // The first token has nothing before it.
    assertThat(shown(chat, renderer, LossOn.ALL))
        .isEqualTo("<|bos|>[[" + (head + "b 🙂<|eos|>" + middle).substring(7) + "d<|eos|>]]");
    Example cut = new Example.ChatCompletion(CHAT.subList(0, 1), CHAT.subList(1, 4), List.of());
    String behind =
        marks
            ? "[[b 🙂<|eos|>]]" + middle + "[[d<|eos|>]]"
            : "[[b 🙂<|eos|>" + middle + "d<|eos|>]]";
    assertThat(shown(cut, renderer, LossOn.COMPLETION)).isEqualTo(head + behind);
  }

  /** A template in the ChatML manner: a line break behind the token that ends a turn. */
  private static ChatTemplate.Rendered chatMl(
      List<Map<String, Object>> messages, List<Map<String, Object>> tools, boolean prompt) {
    StringBuilder text = new StringBuilder();
    messages.forEach(
        m -> text.append("<|%s|>\n%s<|eos|>\n".formatted(m.get("role"), m.get("content"))));
    return new ChatTemplate.Rendered(text + (prompt ? "<|assistant|>\n" : ""), List.of());
  }

  @Test
  void theEndOfTurnIsLearntAndTheBlanksBehindItAreNot() {
    assertThat(shown(new Example.Chat(CHAT, List.of()), SftTokenizerTest::chatMl, LossOn.ASSISTANT))
        .isEqualTo(
            "<|user|>\na<|eos|>\n<|assistant|>\n[[b 🙂<|eos|>]]\n<|user|>\nc<|eos|>\n<|assistant|>\n[[d<|eos|>]]\n");
  }

  @Test
  void aTurnWhosePlaceIsUnknownIsAnError() {
    // Like templates that drop the reasoning of earlier turns: the last message is set apart.
    Renderer forgetful =
        (messages, tools, prompt) ->
            new ChatTemplate.Rendered(
                chatMl(messages.subList(0, messages.size() - 1), tools, false).text()
                    + "<|last|>"
                    + messages.get(messages.size() - 1).get("content")
                    + (prompt ? "<|assistant|>" : ""),
                List.of());
    assertThatThrownBy(() -> shown(new Example.Chat(CHAT, List.of()), forgetful, LossOn.ASSISTANT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("renders the first 2 messages differently when others follow")
        .hasMessageContaining("{% generation %}");
  }

  @Test
  void plainPromptAndCompletion() {
    Example example = new Example.PromptCompletion("What is 1 + 1?", " It is 2.");
    assertThat(shown(example, TinyBase::marked, LossOn.COMPLETION))
        .isEqualTo("<|bos|>What is 1 + 1?[[ It is 2.<|eos|>]]");
    assertThat(shown(example, TinyBase::marked, LossOn.ALL))
        .isEqualTo("<|bos|>[[What is 1 + 1? It is 2.<|eos|>]]");
    assertThat(shown(new Example.Text("Hello, world!"), TinyBase::marked, LossOn.LAST))
        .isEqualTo("<|bos|>[[Hello, world!<|eos|>]]");
    // The tokens are those of the whole text (reference.json), the border within " world" (6-12).
    SftTokenizer sft = new SftTokenizer(tokenizer, Optional.empty(), LossOn.COMPLETION);
    Marked straddling = sft.tokenize(new Example.PromptCompletion("Hello, wo", "rld!"));
    assertThat(straddling.row().ids()).containsExactly(1, 45, 512, 84, 17, 991, 6, 2);
    assertThat(straddling.row().trained())
        .containsExactly(false, false, false, false, false, true, true, true);
    assertThat(sft.prompt("Hello,")).containsExactly(1, 45, 512, 84, 17);
  }

  @Test
  void promptsEndWhereTheAssistantBegins() {
    SftTokenizer sft = new SftTokenizer(tokenizer, Optional.of(TinyBase::marked), LossOn.ASSISTANT);
    assertThat(tokenizer.decode(sft.prompt(CHAT.subList(0, 1), List.of()), false))
        .isEqualTo("<|bos|><|user|>\na\n<|assistant|>\n");
    assertThatThrownBy(
            () ->
                new SftTokenizer(tokenizer, Optional.empty(), LossOn.ASSISTANT)
                    .tokenize(new Example.Chat(CHAT, List.of())))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("chats need a chat template");
  }

  @Test
  void coloursAreAnsi() {
    String shown =
        new SftTokenizer(tokenizer, Optional.empty(), LossOn.COMPLETION)
            .tokenize(new Example.PromptCompletion("a", " b"))
            .show(true, id -> tokenizer.decode(new int[] {id}, false));
    assertThat(shown).isEqualTo("<|bos|>a\u001B[32m b<|eos|>\u001B[0m");
  }
}
