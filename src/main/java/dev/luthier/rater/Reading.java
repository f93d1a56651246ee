package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the rater had time to read. It begins when the answer was there (both, of two) or when
 * the rater last spoke of another answer, whichever is later. Feedback of the very microsecond
 * comes from a file whose times say nothing; it is passed.
 */
@Doc("Whether a rater had time to read; what came sooner counts less, in the same measure")
public record Reading(
    @Doc(
            "Characters a second that the fastest reader reads; feedback that came in less than a"
                + " quarter of the time that this needs is quarantined")
        @Default("80")
        double speed)
    implements Detector {
  private static final double DOUBTED = 0.25;

  public Reading {
    Check.above("filter.reading.speed", 0, speed);
  }

  /** What a rater last spoke of. */
  private record Last(String answer, Instant began) {}

  @Override
  public List<Finding> find(List<Judged> all) {
    Map<String, Last> last = new HashMap<>();
    Map<String, Instant> spoke = new HashMap<>();
    List<Finding> out = new ArrayList<>();
    for (Judged judged : all) {
      Feedback f = judged.feedback();
      @Nullable Last before = last.get(f.rater());
      Instant began = judged.answer().at();
      if (judged.other().map(Answer::at).filter(began::isBefore).isPresent()) {
        began = judged.other().get().at();
      }
      Instant since =
          before != null && before.answer().equals(f.answer())
              ? before.began()
              : spoke.getOrDefault(f.rater(), began);
      began = since.isAfter(began) ? since : began;
      last.put(f.rater(), new Last(f.answer(), began));
      spoke.put(f.rater(), f.at());
      long characters =
          (long) judged.answer().text().length()
              + judged.other().map(o -> o.text().length()).orElse(0);
      double took = Duration.between(began, f.at()).toNanos() / 1e9;
      double needed = characters / speed;
      if (took > 0 && took < needed) {
        out.add(finding(f.id(), took, needed, characters));
      }
    }
    return out;
  }

  private static Finding finding(String id, double took, double needed, long characters) {
    String reason =
        String.format(
            Locale.ROOT,
            "came after %.1f s, where %,d characters take the fastest reader %.1f s",
            took,
            characters,
            needed);
    double share = took / needed;
    return share < DOUBTED
        ? Finding.doubted(id, reason)
        : Finding.lessened(id, share, reason + "; counts %.2f of its weight".formatted(share));
  }
}
