package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows of every form with something put in the place of each value: read, or one clear line. */
class PreferenceMutationTest {
  private static final List<Object> WRONG =
      Arrays.asList(
          null,
          "",
          " ",
          "[",
          "{}",
          0,
          -1,
          3.5,
          Double.NaN,
          true,
          List.of(),
          Map.of(),
          List.of(List.of()),
          List.of("a", 1),
          Arrays.asList(null, null),
          Map.of("role", "user"));

  private static final Map<Form, String> ROWS =
      Map.of(
          Form.PREFERENCE,
          "{'prompt': 'p', 'chosen': [{'role': 'assistant', 'content': 'a'}], 'rejected': 'b',"
              + " 'votes': [1, 0], 'margin': 1, 'tools': []}",
          Form.SHAREGPT_PREFERENCE,
          "{'conversations': [{'from': 'human', 'value': 'p'}], 'chosen': {'from': 'gpt', 'value':"
              + " 'a'}, 'rejected': {'from': 'gpt', 'value': 'b'}}",
          Form.TRANSCRIPT,
          "{'chosen': '\\n\\nHuman: p\\n\\nAssistant: a', 'rejected': '\\n\\nHuman:"
              + " p\\n\\nAssistant: b'}",
          Form.GRADED,
          "{'prompt': 'p', 'completions': [{'response': 'a', 'annotations': {'x': {'Rating': '4'}},"
              + " 'overall_score': 3}]}",
          Form.RANKING,
          "{'instruction': 'p', 'input': 'q', 'answers': ['a', 'b'], 'ranks': [2, 1]}",
          Form.FEEDBACK,
          "{'messages': [{'role': 'user', 'content': 'p'}, {'role': 'assistant', 'content': 'a'}],"
              + " 'label': true}");

  @Test
  void everyRowIsReadOrRefusedInOneLine() throws JsonProcessingException {
    int refused = 0;
    int total = 0;
    for (Map.Entry<Form, String> entry : ROWS.entrySet()) {
      Map<String, Object> whole = Rows.row(entry.getValue()).columns();
      for (Object mutated : mutations(whole)) {
        Form.Reading reading =
            entry.getKey().read(new Row(JsonText.object(mutated), "x.jsonl line 1"));
        total++;
        if (reading instanceof Form.Reading.Refused line) {
          refused++;
          assertThat(line.refusal().reason()).isNotBlank().doesNotContain("Exception", "java.");
          assertThat(line.refusal().reason().lines()).as(mutated.toString()).hasSize(1);
        }
      }
    }
    assertThat(total).isGreaterThan(500);
    assertThat(refused).isGreaterThan(300);
  }

  /** The value with one of its parts replaced, or removed from an object or a list. */
  private static List<Object> mutations(Object value) {
    List<Object> out = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      for (Object key : map.keySet()) {
        Map<Object, Object> without = new LinkedHashMap<>(map);
        without.remove(key);
        out.add(without);
        List<Object> parts = new ArrayList<>(WRONG);
        parts.addAll(mutations(map.get(key)));
        for (Object part : parts) {
          Map<Object, Object> other = new LinkedHashMap<>(map);
          other.put(key, part);
          out.add(other);
        }
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        List<Object> without = new ArrayList<>(list);
        without.remove(i);
        out.add(without);
        List<Object> parts = new ArrayList<>(WRONG);
        parts.addAll(mutations(list.get(i)));
        for (Object part : parts) {
          List<Object> other = new ArrayList<>(list);
          other.set(i, part);
          out.add(other);
        }
      }
    }
    return out;
  }
}
