create table decision (
  number ${serial},
  feedback text not null references feedback (id),
  standing text not null,
  weight double precision not null,
  reasons text not null,
  decided_by text not null,
  decided_at bigint not null
);
create index decision_on_feedback on decision (feedback, number);

-- How much was deleted, and when; never whose.
create table deletion (
  number ${serial},
  deleted_at bigint not null,
  reason text not null,
  answers bigint not null,
  feedback bigint not null,
  decisions bigint not null
);

-- What the database itself must remember, such as which salt its pseudonyms were made with.
create table known (
  name text primary key,
  value text not null
);
