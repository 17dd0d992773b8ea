.mode list
.headers on
pragma journal_mode = delete;
create table author(id integer primary key, name text not null unique, born integer check (born > 1000));
create table book(id integer primary key, author integer not null references author, title text, year integer, price real);
create index book_by_year on book(year, price desc);
create view expensive as select a.name, b.title, b.price from book b join author a on a.id = b.author where b.price > 60;
create table log(what text, at integer);
create trigger on_price after update of price on book when new.price <> old.price
  begin insert into log values (printf('%d: %.2f -> %.2f', new.id, old.price, new.price), new.year); end;

begin;
with recursive n(i) as (values(1) union all select i + 1 from n where i < 200)
  insert into author select i, printf('Author %03d', i * 77 % 1000), 1900 + i % 90 from n;
with recursive n(i) as (values(1) union all select i + 1 from n where i < 6000)
  insert into book select i, 1 + i * 31 % 200, printf('Title %s', hex(i * 7919 % 65536)), 1950 + i % 70, (i * 137 % 10000) / 100.0 from n;
commit;

select count(*), sum(price), min(title), max(title), round(avg(year), 6) from book;
select year / 10 * 10 as decade, count(*) as n, printf('%.3f', total(price)) as sum from book group by decade order by decade;
select name, rank() over (order by total desc) as place, printf('%.2f', total) as total
  from (select a.name, sum(b.price) as total from book b join author a on a.id = b.author group by a.id)
  order by place, name limit 8;
update book set price = round(price * 1.1, 2) where year between 1990 and 1991;
select count(*), min(what), max(what) from log;
delete from book where id in (select id from book order by price limit 500);
select count(*) from expensive;
explain query plan select * from book where year = 1999 order by price desc;

create virtual table words using fts5(text);
insert into words select title || ' ' || year || ' ' || (case id % 3 when 0 then 'red' when 1 then 'green fish' else 'blue whale' end) from book;
select count(*) from words where words match 'green AND fish NOT red';
select rowid, highlight(words, 0, '[', ']') from words where words match 'whale 1951*' order by rowid limit 4;
create virtual table boxes using rtree(id, x0, x1, y0, y1);
insert into boxes select id, id % 100, id % 100 + 3, id / 100, id / 100 + 2 from book where id < 2000;
select count(*), sum(id) from boxes where x0 > 10 and x1 < 40 and y0 > 3 and y1 < 15;

select json_group_array(json_object('name', name, 'born', born)) from (select * from author order by name limit 3);
select value ->> '$.a', type from json_each('[{"a": 1.5}, {"a": null}, {"a": [1, 2]}]');
select printf('%.10f %.10f %.10f', sqrt(2), sin(1), pow(2, 0.5)), date('2026-11-24', '+100 days', 'weekday 1'), unicode('ß'), hex('häß');
select group_concat(x, ',') from (select x from (with recursive p(x) as (values(2) union all select x + 1 from p where x < 200) select x from p) q
  where not exists (select 1 from (with recursive d(y) as (values(2) union all select y + 1 from d where y < 15) select y from d) where y < q.x and q.x % y = 0));
insert or ignore into author values (1, 'twice', 1950);
select changes();
savepoint one;
delete from book;
select count(*) from book;
rollback to one;
select count(*) from book;
release one;
vacuum;
pragma integrity_check;
pragma page_count;
attach 'second.db' as second;
create table second.copy as select * from book where year = 1960;
select count(*), sum(price) from second.copy;
.once schema.txt
.schema
.once dump.txt
.dump author
