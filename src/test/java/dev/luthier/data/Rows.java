package dev.luthier.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;

/** Rows written in tests, with ' for ". */
final class Rows {
  static final String PLACE = "x.jsonl line 1";

  private Rows() {}

  static Row row(String json) {
    try {
      return new Row(JsonText.OBJECT.readValue(json.replace('\'', '"')), PLACE);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** The form that is guessed among those that judge answers. */
  static Form form(String json) {
    return Form.detect(row(json), Form.TO_PREFER);
  }

  static Form.Reading reading(String json) {
    return form(json).read(row(json));
  }

  static Example.Answers answers(String json) {
    return answers(reading(json));
  }

  static Example.Answers answers(Form.Reading reading) {
    if (reading instanceof Form.Reading.Refused refused) {
      throw new AssertionError(refused.refusal().reason());
    }
    return (Example.Answers) ((Form.Reading.Accepted) reading).sample().example();
  }

  static String refusal(String json) {
    return refusal(reading(json));
  }

  static String refusal(Form.Reading reading) {
    return ((Form.Reading.Refused) reading).refusal().reason();
  }

  /** A pair of plain texts, the first preferred. */
  static Example.Answers pair(String prompt, String chosen, String rejected) {
    return new Example.Answers(
        List.of(
            new Example.PromptCompletion(prompt, chosen),
            new Example.PromptCompletion(prompt, rejected)),
        Judgement.Preferred.PLAIN);
  }

  static Samples samples(Example... examples) {
    List<Sample> list = new ArrayList<>();
    for (Example example : examples) {
      list.add(new Sample(example, "x.jsonl line " + (list.size() + 1)));
    }
    return new Samples(list, list.size(), List.of(), List.of("x.jsonl"));
  }
}
