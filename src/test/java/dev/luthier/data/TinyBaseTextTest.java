package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens, offsets and assistant masks of tiny-base equal those of transformers. */
class TinyBaseTextTest {
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizer.load(TinyBase.DIR);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  @Test
  void encodingsWithOffsets() {
    for (JsonNode entry : TinyBase.reference().path("encode")) {
      String text = entry.path("text").asText();
      Tokenizer.Encoding encoding = tokenizer.encode(text, false);
      assertThat(encoding.ids()).as(text).isEqualTo(ints(entry.path("ids")));
      // The reference counts code points, we count chars: the text before a place is the same.
      for (int i = 0; i < encoding.length(); i++) {
        JsonNode range = entry.path("offsets").path(i);
        assertThat(encoding.starts()[i])
            .as("start of token %d of %s", i, text)
            .isEqualTo(text.offsetByCodePoints(0, range.path(0).asInt()));
        assertThat(encoding.ends()[i]).isEqualTo(text.offsetByCodePoints(0, range.path(1).asInt()));
      }
      assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void chatsWithAssistantMasks(boolean marks) {
    Renderer renderer = marks ? TinyBase::marked : TinyBase::unmarked;
    SftTokenizer sft = new SftTokenizer(tokenizer, Optional.of(renderer), LossOn.ASSISTANT);
    int chats = 0;
    for (JsonNode entry : TinyBase.reference().path("chat")) {
      List<Message> messages = new ArrayList<>();
      entry
          .path("messages")
          .forEach(
              m -> messages.add(Message.of(m.path("role").asText(), m.path("content").asText())));
      List<Map<String, Object>> fields = messages.stream().map(Message::fields).toList();
      assertThat(renderer.render(fields, List.of(), true).text())
          .isEqualTo(entry.path("text_generation_prompt_true").asText());
      Marked marked = sft.tokenize(new Example.Chat(messages, List.of()));
      assertThat(marked.text()).isEqualTo(entry.path("text_generation_prompt_false").asText());
      assertThat(marked.row().ids()).isEqualTo(ints(entry.path("input_ids")));
      boolean[] trained = marked.row().trained();
      assertThat(IntStream.range(0, trained.length).map(i -> trained[i] ? 1 : 0).toArray())
          .isEqualTo(ints(entry.path("assistant_masks")));
      chats++;
    }
    assertThat(chats).isEqualTo(3);
  }
}
