package dev.luthier.data;

import static dev.luthier.data.Rows.answers;
import static dev.luthier.data.Rows.form;
import static dev.luthier.data.Rows.pair;
import static dev.luthier.data.Rows.refusal;
import static dev.luthier.data.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows of two answers, of which one is preferred. */
class PreferencesTest {
  private static final String ASSISTANT = "{'role': 'assistant', 'content': '%s'}";
  private static final String USER = "{'role': 'user', 'content': '%s'}";

  private static Message user(String text) {
    return Message.of("user", text);
  }

  private static Message assistant(String text) {
    return Message.of("assistant", text);
  }

  private static Example.Answers chat(List<Message> prompt, Message chosen, Message rejected) {
    return new Example.Answers(
        List.of(
            new Example.ChatCompletion(prompt, List.of(chosen), List.of()),
            new Example.ChatCompletion(prompt, List.of(rejected), List.of())),
        Judgement.Preferred.PLAIN);
  }

  @Test
  void promptOfItsOwn() {
    assertThat(answers("{'prompt': 'p', 'chosen': ' a', 'rejected': ' b'}"))
        .isEqualTo(pair("p", " a", " b"));
    Example.Answers said = chat(List.of(user("p")), assistant("a"), assistant("b"));
    String prompt = "[" + USER.formatted("p") + "]";
    String a = ASSISTANT.formatted("a");
    String b = ASSISTANT.formatted("b");
    assertThat(answers("{'prompt': %s, 'chosen': [%s], 'rejected': [%s]}".formatted(prompt, a, b)))
        .isEqualTo(said);
    assertThat(answers("{'prompt': %s, 'chosen': %s, 'rejected': %s}".formatted(prompt, a, b)))
        .isEqualTo(said);
    assertThat(answers("{'prompt': %s, 'chosen': 'a', 'rejected': 'b'}".formatted(prompt)))
        .isEqualTo(said);
    assertThat(answers("{'instruction': 'p', 'chosen': 'a', 'rejected': 'b'}")).isEqualTo(said);
    assertThat(
            answers("{'instruction': 'p', 'input': 'q', 'chosen': 'a', 'rejected': 'b'}").prompt())
        .isEqualTo(List.of(user("p\nq")));
  }

  @Test
  void promptAtTheBeginningOfBoth() {
    assertThat(answers("{'chosen': 'Q: 2 + 2? A: 4', 'rejected': 'Q: 2 + 2? A: 5'}"))
        .isEqualTo(pair("Q: 2 + 2? A:", " 4", " 5")); // the blank goes with the answers
    String whole = "[%s, %s]";
    String asked = USER.formatted("p");
    String row =
        "{%s'chosen': %s, 'rejected': %s}"
            .formatted(
                "%s",
                whole.formatted(asked, ASSISTANT.formatted("a")),
                whole.formatted(asked, ASSISTANT.formatted("b")));
    Example.Answers said = chat(List.of(user("p")), assistant("a"), assistant("b"));
    assertThat(answers(row.formatted(""))).isEqualTo(said);
    // UltraFeedback's pairs say the prompt once more, as a text.
    assertThat(answers(row.formatted("'prompt': 'p', "))).isEqualTo(said);
    assertThat(refusal(row.formatted("'prompt': 'q', ")))
        .isEqualTo(
            "column \"chosen\" goes from a message of role user to one of role assistant; an answer"
                + " begins and ends with the assistant, what goes before belongs into the prompt");
  }

  /** Prompt and answer are the whole text again, and no prompt could be longer. */
  @Test
  void lawsOfTheCommonBeginning() {
    Random random = new Random(7);
    String letters = "ab \n\ud83d\ude00\ud83d\ude01";
    for (int n = 0; n < 20_000; n++) {
      String a = text(random, letters);
      String b = text(random, letters);
      if (a.strip().equals(b.strip()) || a.isBlank() || b.isBlank()) {
        continue;
      }
      int cut = CommonBeginning.of(a, b);
      String prompt = a.substring(0, cut);
      assertThat(b).startsWith(prompt);
      assertThat(a.substring(cut)).isNotEmpty();
      assertThat(b.substring(cut)).isNotEmpty();
      assertThat(cut > 0 && Character.isHighSurrogate(a.charAt(cut - 1))).isFalse();
      boolean stops = a.charAt(cut) != b.charAt(cut) || a.charAt(cut) == ' ';
      boolean inside = a.startsWith(b) || b.startsWith(a);
      boolean character = Character.isHighSurrogate(a.charAt(cut));
      assertThat(stops || inside || character).as("'%s' '%s' at %d", a, b, cut).isTrue();
    }
  }

  private static String text(Random random, String letters) {
    StringBuilder out = new StringBuilder();
    int[] points = letters.codePoints().toArray();
    for (int n = random.nextInt(6); n >= 0; n--) {
      out.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return out.toString();
  }

  @Test
  void oneTextIsTheBeginningOfTheOther() {
    assertThat(answers("{'chosen': 'Is it? Yes', 'rejected': 'Is it? Yes, sir'}"))
        .isEqualTo(pair("Is it?", " Yes", " Yes, sir"));
    List<Message> shorter = List.of(user("p"), assistant("a"));
    List<Message> longer = new ArrayList<>(shorter);
    longer.addAll(List.of(user("q"), assistant("b")));
    assertThat(CommonBeginning.of(shorter, longer)).isEqualTo(1);
  }

  @Test
  void shareGpt() {
    String row =
        "{'conversations': [{'from': 'human', 'value': 'p'}], 'system': 's', 'chosen': %s,"
            + " 'rejected': {'from': 'gpt', 'value': 'b'}}";
    Example.Answers said =
        chat(List.of(Message.of("system", "s"), user("p")), assistant("a"), assistant("b"));
    assertThat(answers(row.formatted("{'from': 'gpt', 'value': 'a'}"))).isEqualTo(said);
    assertThat(answers(row.formatted("[{'from': 'gpt', 'value': 'a'}]"))).isEqualTo(said);
    assertThat(refusal(row.formatted("{'from': 'bot', 'value': 'a'}")))
        .isEqualTo(
            "column \"chosen\": a turn's \"from\" is \"bot\"; human, gpt, system, function_call,"
                + " observation or tool is needed");
    assertThat(refusal(row.formatted("{'from': 'human', 'value': 'a'}")))
        .startsWith("column \"chosen\" goes from a message of role user");
  }

  @Test
  void transcripts() {
    String row =
        "{'chosen': '\\n\\nHuman: Hi\\n\\nAssistant: Hello. \\n\\nHuman: One\\n\\nHuman: two?%s',"
            + " 'rejected': '\\n\\nHuman: Hi\\n\\nAssistant: Hello. \\n\\nHuman: One\\n\\nHuman:"
            + " two?\\n\\nAssistant: No'}";
    assertThat(answers(row.formatted("\\n\\nAssistant: Yes,\\n\\nsir")))
        .isEqualTo(
            chat(
                List.of(user("Hi"), assistant("Hello."), user("One\n\ntwo?")),
                assistant("Yes,\n\nsir"),
                assistant("No")));
    assertThat(form(row.formatted("\\n\\nAssistant: Yes"))).isEqualTo(Form.TRANSCRIPT);
    assertThat(refusal(row.formatted("\\n\\nAssistant:")))
        .isEqualTo("column \"chosen\" is an empty answer; remove the row");
    assertThat(refusal(row.formatted("\\n\\nHuman: three?\\n\\nAssistant: Yes")))
        .isEqualTo(
            "the prompts of the two answers differ: the conversations part before the answers, where"
                + " not the assistant speaks");
    // As plain text the same row has a plain prompt.
    Row plain = row(row.formatted("\\n\\nAssistant: Yes"));
    assertThat(answers(Form.PREFERENCE.read(plain)).prompt().toString()).endsWith("Assistant:");
  }

  @Test
  void softLabelsAndMargins() {
    String row = "{'prompt': 'p', 'chosen': 'a', 'rejected': 'b', %s}";
    assertThat(answers(row.formatted("'probability': 0.7, 'margin': 2")).judgement())
        .isEqualTo(new Judgement.Preferred(0.7, 2));
    Judgement.Preferred voted =
        (Judgement.Preferred) answers(row.formatted("'votes': [1, 0, true, 0.5]")).judgement();
    assertThat(voted.probability()).isCloseTo(2.5 / 4, within(1e-12));
    assertThat(answers(row.formatted("'margin': null")).judgement())
        .isEqualTo(Judgement.Preferred.PLAIN);
    assertThat(
            answers("{'prompt': 'p', 'answer_a': 'a', 'answer_b': 'b', 'probability': 0.25}")
                .judgement())
        .isEqualTo(new Judgement.Preferred(0.25, 0));
    assertThat(refusal("{'prompt': 'p', 'answer_a': 'a', 'answer_b': 'b'}"))
        .isEqualTo(
            "column \"probability\" or \"votes\" is missing; it says how sure it is that answer_a is"
                + " better");
    assertThat(refusal(row.formatted("'probability': 1.5")))
        .isEqualTo(
            "column \"probability\" holds 1.5; a number from 0 (the second is better) to 1 (the"
                + " first is better) is needed");
    assertThat(refusal(row.formatted("'votes': [3, 1]")))
        .startsWith("column \"votes\" holds 3.0; a number from 0");
    assertThat(refusal(row.formatted("'votes': []")))
        .isEqualTo(
            "column \"votes\" is an empty list; a list with the vote of each rater is needed");
    assertThat(refusal(row.formatted("'votes': [1], 'probability': 1")))
        .isEqualTo("columns \"probability\" and \"votes\" say the same; keep one of them");
    assertThat(refusal(row.formatted("'margin': -1")))
        .isEqualTo(
            "column \"margin\" is negative; it says by how much the chosen answer is better");
  }

  @Test
  void pairsThatAreNone() {
    assertThat(refusal("{'prompt': 'p', 'chosen': 'a', 'rejected': 'a '}"))
        .isEqualTo(Preferences.SAME);
    assertThat(refusal("{'chosen': 'p a', 'rejected': 'p a'}")).isEqualTo(Preferences.SAME);
    assertThat(refusal("{'prompt': 'p', 'chosen': 'a', 'rejected': ''}"))
        .isEqualTo("column \"rejected\" is an empty answer; remove the row");
    assertThat(refusal("{'prompt': 'p', 'chosen': 'a', 'rejected': null}"))
        .isEqualTo("column \"rejected\" is null; a text or messages is needed");
    assertThat(refusal("{'chosen': 'yes', 'rejected': 'no'}"))
        .isEqualTo(
            "columns \"chosen\" and \"rejected\" begin with nothing in common, and there is no"
                + " column prompt | question | instruction");
    String asked = "[%s, %s]";
    assertThat(
            refusal(
                "{'chosen': %s, 'rejected': %s}"
                    .formatted(
                        asked.formatted(USER.formatted("p"), ASSISTANT.formatted("a")),
                        asked.formatted(USER.formatted("q"), ASSISTANT.formatted("b")))))
        .isEqualTo(
            "the prompts of the two answers differ: the conversations part at their first message,"
                + " where not the assistant speaks");
    assertThat(
            refusal(
                "{'prompt': 'p', 'chosen': [%s], 'rejected': [%s]}"
                    .formatted(ASSISTANT.formatted("a"), ASSISTANT.formatted("b"))))
        .isEqualTo(
            "the prompt is a text, but column \"chosen\" holds messages; give both as texts or both"
                + " as messages");
    assertThat(refusal("{'chosen': 'a', 'rejected': [%s]}".formatted(USER.formatted("p"))))
        .isEqualTo(
            "column \"chosen\" is a text and column \"rejected\" is a list; two texts or two lists"
                + " of messages are needed");
  }
}
