package dev.luthier.rollout;

import dev.luthier.error.UserError;
import dev.luthier.model.Generative;
import dev.luthier.model.Request;
import dev.luthier.rollout.Guest.Party;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Continuous batching (Yu et al. 2022, Orca, section 3) without an end: prompts come at any time,
 * each in its own manner, and take the next free rows; every step gives each running sequence one
 * token, and whoever has its end or is no longer read leaves at once. Prompts start in the order in
 * which they came, all samples of one together, and no more tokens of prompts in one step than
 * {@link Budget#PROMPT_TOKENS}, so that those that run already are not held up for long.
 *
 * <p>What a sequence draws follows from its seed and its own place among its samples, as in {@link
 * Generator}: its text does not hang on what else runs. One thread calls all methods.
 */
public final class OpenBatch implements AutoCloseable {
  private final Generative model;
  private final Decoder decoder;
  private final Budget budget;
  private final Rooming rooms;
  private final Deque<Party> waiting = new ArrayDeque<>();
  private final List<Guest> running = new ArrayList<>();

  public OpenBatch(Generative model, Decoder decoder, Budget budget) {
    this.model = model;
    this.decoder = decoder;
    this.budget = budget;
    this.rooms = new Rooming(model, budget);
  }

  /**
   * Puts a prompt behind those that wait.
   *
   * @throws UserError if it is empty, has an unknown token, fills the model's context, or needs
   *     more rows or memory than there are
   */
  public void add(Wanted wanted) {
    int[] prompt = wanted.request().tokens();
    Prompts.check(model, 0, prompt);
    model.check(wanted.request());
    Party party = new Party(wanted, model.room(prompt.length), decoder);
    if (wanted.samples() > budget.rows() || !rooms.fit(List.of(), List.of(party))) {
      throw new UserError(
          "%d answers of %d tokens to a prompt of %d do not fit; ask for fewer or shorter ones"
              .formatted(wanted.samples(), party.most(), prompt.length));
    }
    waiting.add(party);
  }

  /** Whether there is nothing to do. */
  public boolean idle() {
    return waiting.isEmpty() && running.isEmpty();
  }

  /** How many sequences run. */
  public int running() {
    return running.size();
  }

  /** How many prompts wait. */
  public int waiting() {
    return waiting.size();
  }

  /** The bytes that keys and values take now. */
  public long bytes() {
    return rooms.bytes();
  }

  /**
   * Gives every sequence its next token, those that can start now among them. Where the model
   * fails, all that run are told, and the batch goes on with those that wait.
   */
  public void step() {
    List<Party> entering = List.of();
    try (AutoGradMode off = Ops.noGrad();
        Scope scope = new Scope()) {
      leave();
      if (!running.isEmpty()) {
        int[] last = running.stream().mapToInt(g -> g.running().last()).toArray();
        MixedDraws.take(running, rooms.decoding().next(last), model.compute());
        leave();
      }
      entering = next();
      if (!entering.isEmpty()) {
        enter(entering);
      }
    } catch (RuntimeException e) {
      fail(entering, e);
    }
  }

  /** The next that find rows and memory. */
  private List<Party> next() {
    List<Party> out = new ArrayList<>();
    int tokens = 0;
    int rows = running.size();
    for (Party party = waiting.peek(); party != null; party = waiting.peek()) {
      if (party.wanted().reader().gone()) {
        waiting.remove().leave(party.guests().size());
        continue;
      }
      tokens += party.prompt();
      rows += party.guests().size();
      out.add(party);
      boolean fits =
          rows <= budget.rows()
              && (out.size() == 1 || tokens <= Budget.PROMPT_TOKENS)
              && rooms.fit(running, out);
      if (!fits) {
        out.remove(out.size() - 1);
        break;
      }
      waiting.remove();
    }
    return out;
  }

  /** Runs prompts, draws the first tokens and takes those that go on among the rows. */
  private void enter(List<Party> parties) {
    List<Request> prompts = parties.stream().map(p -> p.wanted().request()).toList();
    try (Started from = Started.of(model, prompts)) {
      List<Guest> guests = parties.stream().flatMap(p -> p.guests().stream()).toList();
      MixedDraws.take(
          guests, from.logits(guests.stream().map(Guest::running).toList()), model.compute());
      List<Guest> further = guests.stream().filter(g -> !g.leaves()).toList();
      if (!further.isEmpty()) {
        rooms.make(running, parties);
        rooms
            .decoding()
            .admit(from.state(), from.rows(further.stream().map(Guest::running).toList()));
        running.addAll(further);
      }
      guests.stream().filter(g -> !running.contains(g)).forEach(g -> g.party().leave(1));
    }
  }

  /** Those with an end, or without a reader, give their rows to others. */
  private void leave() {
    boolean[] leaves = new boolean[running.size()];
    boolean any = false;
    for (int row = 0; row < leaves.length; row++) {
      leaves[row] = running.get(row).leaves();
      any |= leaves[row];
    }
    if (!any) {
      return;
    }
    int[] kept = Gaps.filled(leaves);
    rooms.decoding().keep(kept);
    List<Guest> before = List.copyOf(running);
    running.clear();
    for (int row : kept) {
      running.add(before.get(row));
    }
    for (int row = 0; row < leaves.length; row++) {
      if (leaves[row]) {
        before.get(row).party().leave(1);
      }
    }
  }

  private void fail(List<Party> entering, RuntimeException why) {
    List<Guest> all = new ArrayList<>(running);
    entering.stream()
        .flatMap(p -> p.guests().stream())
        .filter(g -> !all.contains(g) && !g.running().finished())
        .forEach(all::add);
    running.clear();
    rooms.empty();
    for (Guest guest : all) {
      guest.reader().failed(why);
      guest.party().leave(1);
    }
  }

  /** Ends all that runs or waits. */
  public void end(RuntimeException why) {
    List<Party> all = List.copyOf(waiting);
    waiting.clear();
    fail(all, why);
  }

  @Override
  public void close() {
    end(new IllegalStateException("the batch is closed"));
    rooms.empty();
  }
}
