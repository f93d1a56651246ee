package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** So much a rater may say in a time that slides; what is beyond is rejected. */
@Doc("How much a rater may say in a time; what is beyond is rejected")
public record Flood(
    @Doc("The most that counts of a rater within the time") @Default("60") int most,
    @Doc("The time in minutes, which slides") @Default("60") double minutes)
    implements Detector {
  public Flood {
    Check.atLeast("filter.flood.most", 1, most);
    Check.above("filter.flood.minutes", 0, minutes);
  }

  @Override
  public List<Finding> find(List<Judged> all) {
    Duration window = Duration.ofMillis(Math.round(minutes * 60_000));
    Map<String, Deque<Instant>> counted = new HashMap<>();
    Map<String, Integer> beyond = new HashMap<>();
    List<Finding> out = new ArrayList<>();
    for (Judged judged : all) {
      Feedback f = judged.feedback();
      Deque<Instant> times = counted.computeIfAbsent(f.rater(), r -> new ArrayDeque<>());
      while (!times.isEmpty() && !times.getFirst().isAfter(f.at().minus(window))) {
        times.removeFirst();
        beyond.remove(f.rater());
      }
      if (times.size() < most) {
        times.addLast(f.at());
      } else {
        int more = beyond.merge(f.rater(), 1, Integer::sum);
        out.add(
            Finding.rejected(
                f.id(),
                "is one of a flood: the rater's number %d within %s minutes, of which %d count"
                    .formatted(most + more, Check.text(minutes), most)));
      }
    }
    return out;
  }
}
