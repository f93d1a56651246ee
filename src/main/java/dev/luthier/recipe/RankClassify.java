package dev.luthier.recipe;

import dev.luthier.data.AnswerChoices;
import dev.luthier.data.Example;
import dev.luthier.data.Form;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.data.Verbalizer;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.ChoiceScores;
import dev.luthier.loss.TFew;
import dev.luthier.model.ModelConfig;
import dev.luthier.model.Seq2Seq;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** Rank classification: the answer is the choice that the model finds likeliest. */
@Doc(
    "Rank classification: of several answers the model is to find the right one likeliest, by the"
        + " losses of T-Few (arXiv 2205.05638)")
public record RankClassify(
    @Doc(
            "How rows that have a label are asked for it: a text with `{text}` in it and, for two"
                + " texts, `{text_pair}`; unset: rows have a prompt and choices (docs/data.md)")
        Optional<String> template,
    @Doc(
            value =
                "The answer that stands for each label, label -> text; unset: the labels"
                    + " themselves",
            elsewhere = {"verbalizer", "verbaliser", "label_words", "answer_choices"})
        @Default("{}")
        Map<String, String> words,
    @Doc(
            "Whether the filled template is `plain` text, behind which the answer stands, or what the"
                + " user of a `chat` says")
        @Default("plain")
        Verbalizer.Style style,
    @Doc(
            "What a choice is ranked by, in evaluations and afterwards: the `mean` log-probability"
                + " of its tokens, or their `sum`")
        @Default("mean")
        Score score,
    @Doc(
            value = "What the three losses count",
            elsewhere = {"losses", "loss_weights"})
        @Default("{}")
        TFew loss,
    @Doc(
            value =
                "Longest prompt with an answer in tokens; for an encoder with a decoder the prompt"
                    + " alone; unset: the longest that the model takes, at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a row is longer: the run does not start, the row is left out, or the"
                + " prompt's end is cut off, where an encoder reads it; a decoder's row is left out"
                + " then")
        @Default("raise")
        TooLong tooLong)
    implements Method {
  /** What choices are compared by. */
  public enum Score {
    MEAN {
      @Override
      Tensor of(ChoiceScores scores) {
        return scores.means();
      }
    },
    SUM {
      @Override
      Tensor of(ChoiceScores scores) {
        return scores.sums();
      }
    };

    /** (B, C); -inf where a row has no such choice. */
    abstract Tensor of(ChoiceScores scores);
  }

  public RankClassify {
    template.ifPresent(Verbalizer::checkTemplate);
    if (template.isEmpty() && !words.isEmpty()) {
      throw new UserError("rank_classify.words needs rank_classify.template, which is not given");
    }
    maxLength.ifPresent(n -> Check.atLeast("rank_classify.max_length", 2, n));
  }

  /** For prompts and choices as they are. */
  static RankClassify usual() {
    return new RankClassify(
        Optional.empty(),
        Map.of(),
        Verbalizer.Style.PLAIN,
        Score.MEAN,
        new TFew(),
        Optional.empty(),
        TooLong.RAISE);
  }

  @Override
  public List<Form> forms() {
    return Form.TO_CHOOSE;
  }

  /** Pairs of answers are questions with two choices. */
  @Override
  public Samples converted(Samples read) {
    return read.converted(new AnswerChoices());
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    refuseReaders(folder.config());
    List<Sample> all =
        Stream.of(samples.train(), samples.eval()).flatMap(set -> set.list().stream()).toList();
    Optional<Sample> labelled =
        all.stream().filter(s -> s.example() instanceof Example.Labelled).findFirst();
    if (template.isPresent() && labelled.isEmpty()) {
      throw new UserError(
          "rank_classify.template is for rows with labels, but all rows have choices; leave it out");
    }
    if (template.isEmpty() && labelled.isPresent()) {
      throw new UserError(
          "%s: the row has a label and no choices; rank_classify.template must say how it is asked, as \"{text}\\nAnswer: \""
              .formatted(labelled.get().place()));
    }
    Optional<Verbalizer> verbalizer =
        template.map(text -> Verbalizer.of(text, words, style, samples.train()));
    return RankLesson.of(resolved(verbalizer, all), folder, verbalizer, all);
  }

  private static void refuseReaders(ModelConfig config) {
    boolean writes =
        Seq2Seq.isOne(config)
            || AdapterBase.is(config, "ForCausalLM")
            || AdapterBase.is(config, "LMHeadModel");
    if (!writes && !config.json().path("architectures").isEmpty()) {
      throw new UserError(
          "%s: a %s writes no answers; rank_classify is for decoders and T5, for others there is classify"
              .formatted(config.file(), config.json().path("architectures").get(0).asText()));
    }
  }

  /** With all words written out, and the style that the rows have. */
  private RankClassify resolved(Optional<Verbalizer> verbalizer, List<Sample> all) {
    Verbalizer.Style found =
        all.stream().anyMatch(RankLesson::isChat) ? Verbalizer.Style.CHAT : style;
    return new RankClassify(
        template,
        verbalizer.map(Verbalizer::words).orElse(words),
        found,
        score,
        loss,
        maxLength,
        tooLong);
  }

  /** What asks for labels, where words are written out. */
  Optional<Verbalizer> verbalizer() {
    return template.map(text -> new Verbalizer(text, words, style));
  }
}
