-- What a history says of itself: schema, genesis, network.
CREATE TABLE history (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row for each block, and one for the state it all begins with.
CREATE TABLE blocks (
    height       {int} NOT NULL PRIMARY KEY,
    time_ms      {int} NOT NULL,
    hash         TEXT  NOT NULL,
    events_root  TEXT  NOT NULL,
    transactions {int} NOT NULL,
    bundles      {int} NOT NULL,
    events       {int} NOT NULL,
    header       {bytes}
);
CREATE INDEX blocks_by_time ON blocks (time_ms);

-- Accounts by their number; the name is what people use.
CREATE TABLE accounts (
    account       {int} NOT NULL PRIMARY KEY,
    id            TEXT  NOT NULL,
    opened_by     {int},
    opened_height {int} NOT NULL
);
CREATE UNIQUE INDEX accounts_by_id ON accounts (id);

CREATE TABLE assets (
    asset          {int} NOT NULL PRIMARY KEY,
    symbol         TEXT  NOT NULL,
    decimals       {int} NOT NULL,
    itemised       {int} NOT NULL,
    issuer         {int},
    module         {int},
    created_height {int} NOT NULL
);

-- Bundles that ran and transactions, with their receipts, in the order of execution.
CREATE TABLE transactions (
    height     {int} NOT NULL,
    position   {int} NOT NULL,
    hash       TEXT  NOT NULL,
    kind       TEXT  NOT NULL,
    account    {int},
    lane       {int},
    sequence   {int},
    outcome    TEXT  NOT NULL,
    operation  {int},
    code       {int},
    name       TEXT,
    sentence   TEXT,
    fee        {amount} NOT NULL,
    weight     {int} NOT NULL,
    events     {int} NOT NULL,
    operations {json},
    bytes      {bytes},
    PRIMARY KEY (height, position)
);
CREATE INDEX transactions_by_hash ON transactions (hash);
CREATE INDEX transactions_by_account ON transactions (account, height, position);

-- Every event, numbered in its block; receipt is the position of its transaction, null for due work.
CREATE TABLE events (
    height   {int} NOT NULL,
    number   {int} NOT NULL,
    receipt  {int},
    module   TEXT  NOT NULL,
    kind     TEXT  NOT NULL,
    asset    {int},
    amount   {amount},
    vault    {int},
    facility {int},
    lot      {int},
    feed     {int},
    body     {json} NOT NULL,
    bytes    {bytes} NOT NULL,
    PRIMARY KEY (height, number)
);
CREATE INDEX events_by_kind ON events (module, kind, height, number);
CREATE INDEX events_by_vault ON events (vault, height, number) WHERE vault IS NOT NULL;
CREATE INDEX events_by_lot ON events (lot, height, number) WHERE lot IS NOT NULL;

-- Which events name which accounts.
CREATE TABLE event_accounts (
    account {int} NOT NULL,
    height  {int} NOT NULL,
    number  {int} NOT NULL,
    PRIMARY KEY (account, height, number)
) {keyed};

-- Every line of every journal. `balance` is what the part holds after it; `other` the account on the other side, where it
-- is one alone.
CREATE TABLE postings (
    account {int} NOT NULL,
    asset   {int} NOT NULL,
    height  {int} NOT NULL,
    number  {int} NOT NULL,
    leg     {int} NOT NULL,
    receipt {int},
    purpose TEXT  NOT NULL,
    side    TEXT  NOT NULL,
    part    TEXT  NOT NULL,
    amount  {amount} NOT NULL,
    balance {amount} NOT NULL,
    item    TEXT,
    other   {int},
    PRIMARY KEY (account, height, number, leg)
) {keyed};
CREATE INDEX postings_by_place ON postings (height, number, leg);
CREATE INDEX postings_by_asset ON postings (account, asset, height, number, leg);

-- What an account has of an asset after each block that changed it.
CREATE TABLE balances (
    account {int} NOT NULL,
    asset   {int} NOT NULL,
    height  {int} NOT NULL,
    free    {amount} NOT NULL,
    held    {amount} NOT NULL,
    pledged {amount} NOT NULL,
    frozen  {amount} NOT NULL,
    PRIMARY KEY (account, asset, height)
) {keyed};
