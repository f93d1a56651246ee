-- Times are microseconds since 1970, in UTC. Texts are as Verbatim.java writes them. ${serial} is a
-- number that the database counts up.
create table answer (
  id text primary key,
  given_at bigint not null,
  version text not null,
  rater text not null,
  prompt text not null,
  messages text not null,
  answer_text text not null,
  tokens text not null,
  log_probs text not null,
  about text not null
);
create index answer_of_prompt on answer (prompt);
create index answer_of_rater on answer (rater);
create index answer_by_time on answer (given_at);

create table feedback (
  id text primary key,
  answer text not null references answer (id),
  other text references answer (id),
  rater text not null,
  given_at bigint not null,
  kind text not null,
  body text not null
);
create index feedback_on_answer on feedback (answer);
create index feedback_on_other on feedback (other);
create index feedback_of_rater on feedback (rater);
create index feedback_by_time on feedback (given_at, id);
