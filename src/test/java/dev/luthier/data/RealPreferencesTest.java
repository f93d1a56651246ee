package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Preference forms on real files. The row counts are those of the files' SOURCE.txt. */
class RealPreferencesTest {
  private static final Path SHARED = Path.of("../shared/data");

  private static Samples load(Path file) {
    assumeTrue(Files.exists(file), "needs " + file);
    return DataSet.of(file.toString()).load(Form.TO_PREFER);
  }

  private static Example.Answers answers(Sample sample) {
    return (Example.Answers) sample.example();
  }

  /** Six pairs of the 600 are equal, as words that are sorted already. */
  @Test
  void pairsThatShipWithTheProject() {
    Samples train = load(Path.of("data/tiny-chat/preference-train.jsonl"));
    Samples eval = load(Path.of("data/tiny-chat/preference-eval.jsonl"));
    assertThat(train.list()).hasSize(594);
    assertThat(train.refused()).extracting(Refusal::reason).containsOnly(Preferences.SAME);
    assertThat(eval.list()).hasSize(197);
    try (Tokenizer tokenizer = Tokenizer.load(TinyBase.DIR)) {
      AnswersTokenizer maker =
          AnswersTokenizer.of(tokenizer, Optional.of(TinyBase::marked), Takes.PAIRS);
      Report<AnswersRow> report =
          new Doctor(64, TooLong.RAISE, "dpo").examine(train, eval, maker).healthy();
      assertThat(report.trainRows()).hasSize(594);
      assertThat(report.findings().train())
          .contains("594 pairs of answers, 0 of them with a probability, 0 with a margin");
      assertThat(LengthBias.of(report.trainRows()).pairs()).isEqualTo(594);
      for (AnswersRow row : report.trainRows()) {
        assertThat(row.each())
            .allSatisfy(one -> assertThat(one.length() - one.targets()).isEqualTo(row.prompt()));
      }
    }
  }

  /**
   * Prompt and answer are the transcript again, but for blanks and for the nine rows in which one
   * speaker has two turns in a row; four have an empty answer.
   */
  @Test
  void anthropicsTranscripts() {
    Path file = SHARED.resolve("hh-harmless-test/test.jsonl.gz");
    Samples samples = load(file);
    assertThat(samples.notes().get(0)).endsWith("2312 rows, form transcript");
    assertThat(samples.list()).hasSize(2308);
    List<Row> rows = new ArrayList<>();
    DataFiles.read(file.toString(), FileKind.BY_NAME, Long.MAX_VALUE, rows::add);
    var byPlace = rows.stream().collect(Collectors.toMap(Row::place, row -> row));
    int joined = 0;
    for (Sample sample : samples.list()) {
      Row row = byPlace.get(sample.place());
      boolean same =
          List.of("chosen", "rejected").stream()
              .allMatch(
                  column -> {
                    int i = column.equals("chosen") ? 0 : 1;
                    return bare(transcript(answers(sample).each().get(i)))
                        .equals(bare(String.valueOf(row.columns().get(column))));
                  });
      joined += same ? 0 : 1;
    }
    assertThat(joined).isBetween(1, 9);
  }

  private static String transcript(Example.Answered answered) {
    return ((Example.ChatCompletion) answered)
        .messages().stream()
            .map(m -> (m.isAssistant() ? "Assistant:" : "Human:") + m.text().orElseThrow())
            .collect(Collectors.joining());
  }

  private static String bare(String text) {
    return text.replaceAll("\\s+", "");
  }

  @Test
  void shareGptPairs() {
    Samples samples = load(SHARED.resolve("preference-demo/dpo_sharegpt_en.json"));
    assertThat(samples.notes().get(0)).endsWith("300 rows, form sharegpt-preference");
    assertThat(samples.list()).hasSize(300);
  }

  @Test
  void labelledConversations() {
    Samples samples = load(SHARED.resolve("preference-demo/kto_en.json"));
    assertThat(samples.notes().get(0)).endsWith("300 rows, form feedback");
    assertThat(samples.list()).hasSize(300);
    assertThat(
            samples.list().stream()
                .filter(s -> answers(s).judgement().equals(new Judgement.Labelled(true))))
        .hasSizeBetween(100, 200);
  }
}
