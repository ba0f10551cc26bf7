"""The repository of works: files, media, records, review, interchange. Rooms are packages of this one."""
