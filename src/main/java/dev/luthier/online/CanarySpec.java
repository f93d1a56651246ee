package dev.luthier.online;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** How a new version is tried on a part of the traffic. */
@Doc("A trial of a new version on a part of the traffic, judged by the feedback on both versions")
public record CanarySpec(
    @Doc("Share of the conversations that it answers") @Default("0.1") double share,
    @Doc("How many opinions on its answers decide") @Default("100") int ratings,
    @Doc("The longest that it is tried; what is not shown by then is not so") @Default("24h")
        Age time,
    @Doc(
            "By how much its rate of approval may be below the current version's, by the lower end of"
                + " the 95 % interval of the difference")
        @Default("0.15")
        double worseBy,
    @Doc("How often the feedback is looked at") @Default("30s") Age poll) {
  public CanarySpec {
    Check.above("online.canary.share", 0, share);
    Check.within("online.canary.share", 0, 1, share);
    Check.atLeast("online.canary.ratings", 1, ratings);
    Check.within("online.canary.worse_by", 0, 1, worseBy);
  }
}
