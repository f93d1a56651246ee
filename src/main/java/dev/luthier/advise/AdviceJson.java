package dev.luthier.advise;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;

/** Advice for programs. */
public final class AdviceJson {
  private AdviceJson() {}

  public static String of(Advice advice) {
    Map<String, Object> out =
        Keys.of(
            "fit",
            advice.situation().fit().label(),
            "advised",
            advice.best().stream().map(AdviceJson::choice).toList(),
            "passed_over",
            advice.lost().stream()
                .map(l -> Keys.of("pair", l.pair().title(), "why", l.why()))
                .toList(),
            "candidates",
            advice.standings().stream().map(AdviceJson::standing).toList(),
            "notes",
            advice.notes());
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(out);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> choice(Advice.Choice c) {
    Map<String, Object> out =
        Keys.of(
            "objective",
            c.pair().what().label(),
            "tuning",
            c.pair().by().label(),
            "points",
            c.pair().points(),
            "peak_bytes",
            c.room().peak(),
            "adapter_bytes",
            c.room().trained(),
            "micro_batch",
            c.room().microBatch(),
            "checkpoint",
            c.room().checkpoint());
    if (!Double.isNaN(c.hours())) {
      out.put("hours", c.hours());
    }
    out.put("recipe", c.recipe());
    return out;
  }

  private static Map<String, Object> standing(Standing s) {
    List<Map<String, Object>> given =
        s.given().stream()
            .map(
                g ->
                    Keys.of(
                        "points",
                        g.points(),
                        "rule",
                        g.rule().name(),
                        "source",
                        g.rule().source().place()))
            .toList();
    Map<String, Object> out =
        Keys.of("candidate", s.candidate().label(), "points", s.points(), "because", given);
    s.against().ifPresent(why -> out.put("out", why));
    return out;
  }
}
